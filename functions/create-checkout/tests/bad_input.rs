//! Everything that a client can get wrong: it is told what to correct, and Stripe isn't asked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};
use support::{Handler, handler, html_form, post, read, send, with_preorder};

fn assert_nothing_happened(handler: &Handler) {
    assert!(handler.checkout.store.preorders().is_empty());
    assert!(handler.checkout.store.outbox().is_empty());
    assert!(handler.checkout.gateway.requests().is_empty());
}

fn wrong(fields: &Value) -> Value {
    json!({
        "code": "INVALID_REQUEST",
        "message": "Some fields are missing or wrong; see \"fields\".",
        "fields": fields,
    })
}

#[tokio::test]
async fn a_wrong_field_is_named_with_what_to_do_about_it() {
    let required = json!({ "email": "is required", "color": "is required" });
    let not_a_string = json!({ "preorderId": "must be a string", "email": "is required", "color": "is required" });
    let cases = [
        (json!({}), required.clone()),
        (json!({ "preorderId": null }), required),
        (json!({ "preorderId": 5 }), not_a_string),
        (json!({ "preorderId": "" }), json!({ "preorderId": "must be a UUID" })),
        (json!({ "preorderId": "ROL-00000001" }), json!({ "preorderId": "must be a UUID" })),
        (json!({ "email": "a@example.com", "color": "Pink" }), json!({ "color": "must be one of: Honey Khaki, Red" })),
        (
            json!({ "email": "a@example.com", "color": "Red", "priceId": "price_honey" }),
            json!({ "priceId": "is not the price of this color; leave it out to use the current one" }),
        ),
    ];
    for (body, fields) in cases {
        let handler = handler();
        assert_eq!(read(&send(&handler, post(&body)).await), (400, wrong(&fields)), "{body}");
        assert_nothing_happened(&handler);
    }
}

#[tokio::test]
async fn a_preorder_or_a_form_but_not_both() {
    let (handler, preorder) = with_preorder();
    let both = json!({ "preorderId": preorder.id, "email": "a@example.com" });
    let fields = json!({ "email": "is not a field of this request" });
    assert_eq!(read(&send(&handler, post(&both)).await), (400, wrong(&fields)));
    assert!(handler.checkout.gateway.requests().is_empty());
}

#[tokio::test]
async fn a_html_form_is_told_in_json_too() {
    let handler = handler();
    let fields = json!({ "email": "must be an e-mail address such as name@example.com" });
    assert_eq!(read(&send(&handler, html_form("email=a&color=Red")).await), (400, wrong(&fields)));
    assert_nothing_happened(&handler);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let cases = [
        (HttpEvent::post("/checkout"), 400, "The request must have a body in JSON."),
        (HttpEvent::post("/checkout").body("{"), 400, "The request must have a body in JSON."),
        (HttpEvent::post("/checkout").body("[]"), 400, "The request must have a JSON object as its body."),
        (HttpEvent::post("/checkout").body(&" ".repeat(65_537)), 413, "The body must have at most 65536 bytes."),
        (html_form(&"a".repeat(65_537)), 413, "The body must have at most 65536 bytes."),
    ];
    for (event, status, message) in cases {
        let handler = handler();
        let expected = json!({ "code": "INVALID_REQUEST", "message": message });
        assert_eq!(read(&send(&handler, event).await), (status, expected));
        assert_nothing_happened(&handler);
    }
}

#[tokio::test]
async fn a_form_with_a_token_that_is_not_valid_is_refused() {
    let handler = handler();
    let event = post(&json!({ "email": "a@example.com", "color": "Red" })).header("Authorization", "Bearer other");
    let expected = json!({ "code": "UNAUTHENTICATED", "message": "Sign in again: not a token of this test." });
    assert_eq!(read(&send(&handler, event).await), (401, expected));
    assert_nothing_happened(&handler);
}

#[tokio::test]
async fn there_is_no_other_endpoint() {
    for (method, path) in [("GET", "/checkout"), ("POST", "/checkouts"), ("POST", "/checkout/1")] {
        let expected = json!({ "code": "NOT_FOUND", "message": "There is no such endpoint." });
        assert_eq!(read(&send(&handler(), HttpEvent::new(method, path)).await), (404, expected), "{method} {path}");
    }
}
