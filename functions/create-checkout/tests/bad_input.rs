//! Requests with every mistake that a client can make: the response says what to correct, and Stripe isn't called.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};
use support::{Handler, handler, html_form, pay_for, post, read, send, with_preorder};

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
async fn a_request_names_a_preorder_or_has_a_form_but_not_both() {
    let (handler, preorder) = with_preorder();
    let both = json!({ "preorderId": preorder.id, "email": "a@example.com" });
    let fields = json!({ "email": "is not a field of this request" });
    assert_eq!(read(&send(&handler, post(&both)).await), (400, wrong(&fields)));
    assert!(handler.checkout.gateway.requests().is_empty());
}

#[tokio::test]
async fn a_html_form_is_told_in_a_page_in_its_language() {
    for (locale, words) in [
        ("en", ["E-mail", "must be an e-mail address", "Country", "write GB"]),
        ("es", ["Correo electrónico", "debe ser una dirección de correo", "País", "escribe GB"]),
        ("ja", ["メールアドレス", "のようなメールアドレスを入力してください", "国", "国コード"]),
        ("zh-HK", ["電郵地址", "必須是電郵地址", "國家或地區", "請填寫 GB"]),
    ] {
        let handler = handler();
        let form = html_form(&format!("email=a&color=Red&country=UK&locale={locale}"));
        let response = send(&handler, form.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")).await;
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let page = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(page.contains(&format!("<html lang=\"{locale}\">")), "{page}");
        for word in words {
            assert!(page.contains(word), "{word} in {page}");
        }
        assert_nothing_happened(&handler);
    }
}

#[tokio::test]
async fn a_script_that_sends_a_form_is_told_in_json_if_it_asks_for_it() {
    let handler = handler();
    let fields = json!({ "email": "must be an e-mail address such as name@example.com" });
    let form = html_form("email=a&color=Red").header("accept", "application/json");
    assert_eq!(read(&send(&handler, form).await), (400, wrong(&fields)));
    assert_nothing_happened(&handler);
}

#[tokio::test]
async fn a_path_or_query_with_odd_characters_is_answered() {
    for odd in ["%", " ", "\"<>\\^`{|}", "日本", "#", "\u{feff}", "a=[1]&b=|"] {
        let preorder = with_preorder();
        let response = send(&preorder.0, pay_for(&preorder.1).query(odd)).await;
        assert_eq!(response.status(), 200, "{odd}");
        let response = send(&preorder.0, HttpEvent::post(&format!("/checkout/{odd}"))).await;
        assert_eq!(response.status(), 404, "{odd}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let cases = [
        (HttpEvent::post("/checkout"), 400, "The request must have a body in JSON."),
        (HttpEvent::post("/checkout").body("{"), 400, "The request must have a body in JSON."),
        (HttpEvent::post("/checkout").body("[]"), 400, "The request must have a JSON object as its body."),
        (HttpEvent::post("/checkout").body(&" ".repeat(65_537)), 413, "The body must have at most 65536 bytes."),
        (
            html_form(&"a".repeat(65_537)).header("accept", "application/json"),
            413,
            "The body must have at most 65536 bytes.",
        ),
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
