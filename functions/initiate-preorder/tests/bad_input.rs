//! Requests with every mistake that a client can make: the response says what to correct, and nothing is stored.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};
use support::{Handler, form, handler, post, read, send};

/// The largest body, in bytes.
const LIMIT: usize = 64 * 1024;

fn assert_nothing_happened(handler: &Handler) {
    let initiate = &handler.intake.initiate;
    assert!(initiate.store.preorders().is_empty());
    assert!(initiate.store.outbox().is_empty());
    assert!(initiate.identity.requests().is_empty());
    assert!(initiate.queue.messages().is_empty());
}

/// Returns a good form with this field changed.
fn with(field: &str, value: Value) -> Value {
    let mut form = form();
    form[field] = value;
    form
}

#[tokio::test]
async fn a_wrong_field_is_named_with_what_to_do_about_it() {
    let not_an_email = "must be an e-mail address such as name@example.com";
    let at_most_200 = "must have at most 200 characters";
    let cases = [
        (json!({ "color": "Red" }), "email", "is required"),
        (with("email", json!(null)), "email", "is required"),
        (with("email", json!("  ")), "email", "is required"),
        (with("email", json!("reader")), "email", not_an_email),
        (with("email", json!("reader@localhost")), "email", not_an_email),
        (with("email", json!("a@example.com, b@example.com")), "email", not_an_email),
        (with("email", json!(format!("{}@example.com", "x".repeat(250)))), "email", not_an_email),
        (with("email", json!(5)), "email", "must be a string"),
        (with("email", json!(["reader@example.com"])), "email", "must be a string"),
        (json!({ "email": "reader@example.com" }), "color", "is required"),
        (with("color", json!("Pink")), "color", "must be one of: Honey Khaki, Red"),
        (with("color", json!("red")), "color", "must be one of: Honey Khaki, Red"),
        (with("color", json!({})), "color", "must be a string"),
        (
            with("priceId", json!("price_honey")),
            "priceId",
            "is not the price of this color; leave it out to use the current one",
        ),
        (with("locale", json!("fr")), "locale", "must be one of: en, es, ja, zh-HK"),
        (with("firstName", json!("x".repeat(201))), "firstName", at_most_200),
        (with("lastName", json!("ü".repeat(201))), "lastName", at_most_200),
        (with("phone", json!("1".repeat(201))), "phone", at_most_200),
        (with("addressLine1", json!("x".repeat(201))), "addressLine1", at_most_200),
        (with("customerNotes", json!("x".repeat(2001))), "customerNotes", "must have at most 2000 characters"),
        (with("city", json!("Hong\u{0}Kong")), "city", "must not have control characters"),
        (with("country", json!("Hong Kong")), "country", "must be a two-letter ISO 3166-1 code; write HK"),
        (with("marketingConsent", json!("perhaps")), "marketingConsent", "must be true or false"),
        (with("marketingConsent", json!(1)), "marketingConsent", "must be true or false"),
        (
            with("marketingConsent", json!(true)),
            "consentTextVersion",
            "is required with marketingConsent: it says which text was agreed to",
        ),
        (with("emial", json!("reader@example.com")), "emial", "is not a field of this request"),
        (with("amount", json!(1)), "amount", "is not a field of this request"),
    ];
    for (form, field, problem) in cases {
        let handler = handler();
        let response = send(&handler, post(&form)).await;
        let expected = json!({
            "code": "INVALID_REQUEST",
            "message": "Some fields are missing or wrong; see \"fields\".",
            "fields": { field: problem },
        });
        assert_eq!(read(&response), (400, expected), "{form}");
        assert_nothing_happened(&handler);
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let handler = handler();
    let form = json!({ "email": 1, "color": "Pink", "locale": "fr", "emial": "", "marketingConsent": "?" });
    let (status, body) = read(&send(&handler, post(&form)).await);
    let fields: Vec<_> = body["fields"].as_object().unwrap().keys().cloned().collect();
    assert_eq!((status, fields.join(" ")), (400, "color email emial locale marketingConsent".to_owned()));
    assert_nothing_happened(&handler);
}

#[tokio::test]
async fn longest_texts_are_accepted() {
    let handler = handler();
    let mut form = with("customerNotes", json!("ü".repeat(2000)));
    form["lastName"] = json!("ü".repeat(200));
    assert_eq!(send(&handler, post(&form)).await.status(), 201);
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_refused() {
    let not_json = "The request must have a body in JSON.";
    let not_utf8 = "The request must have a body in UTF-8.";
    let not_object = "The request must have a JSON object as its body.";
    let bodies: [(&[u8], &str); 9] = [
        (b"", not_json),
        (b"{", not_json),
        (b"email=reader%40example.com&color=Red", not_json),
        (b"{\"email\":\"\xff\"}", not_utf8),
        (b"\0", not_json),
        (b"[]", not_object),
        (b"7", not_object),
        (b"null", not_object),
        (b"\"reader@example.com\"", not_object),
    ];
    for (body, message) in bodies {
        let handler = handler();
        let event = HttpEvent::post("/preorders").header("content-type", "application/json").base64(body);
        let expected = json!({ "code": "INVALID_REQUEST", "message": message });
        assert_eq!(read(&send(&handler, event).await), (400, expected), "{:?}", String::from_utf8_lossy(body));
        assert_nothing_happened(&handler);
    }
    let without_body = send(&handler(), HttpEvent::post("/preorders")).await;
    assert_eq!(read(&without_body).1["message"], not_json);
}

#[tokio::test]
async fn deeply_nested_json_is_refused() {
    let nested = "[".repeat(60_000);
    let response = send(&handler(), HttpEvent::post("/preorders").body(&nested)).await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused_whatever_is_in_it() {
    let fits = form().to_string();
    let fits = format!("{fits}{}", " ".repeat(LIMIT - fits.len()));
    let too_large = format!("{fits} ");
    assert_eq!(send(&handler(), HttpEvent::post("/preorders").body(&fits)).await.status(), 201);

    let expected = json!({ "code": "INVALID_REQUEST", "message": "The body must have at most 65536 bytes." });
    let form = HttpEvent::post("/preorders").header("content-type", "application/x-www-form-urlencoded");
    let form = form.header("accept", "application/json");
    let events = [
        HttpEvent::post("/preorders").body(&too_large),
        HttpEvent::post("/preorders").base64(too_large.as_bytes()),
        form.body(&"a=b&".repeat(LIMIT)),
    ];
    for event in events {
        let handler = handler();
        assert_eq!(read(&send(&handler, event).await), (413, expected.clone()));
        assert_nothing_happened(&handler);
    }
}

#[tokio::test]
async fn a_wrong_idempotency_key_is_refused() {
    for key in ["", "  ", &"x".repeat(256), "schlüssel"] {
        let handler = handler();
        let response = send(&handler, post(&form()).header("Idempotency-Key", key)).await;
        let expected = json!({
            "code": "INVALID_REQUEST",
            "message": "The request has an Idempotency-Key that is not 1 to 255 visible ASCII characters.",
        });
        assert_eq!(read(&response), (400, expected), "{key:?}");
        assert_nothing_happened(&handler);
    }
    let longest = post(&form()).header("Idempotency-Key", &"x".repeat(255));
    assert_eq!(send(&handler(), longest).await.status(), 201);
}

#[tokio::test]
async fn a_refusal_does_not_repeat_what_was_sent() {
    let form = with("<script>alert(1)</script>", json!("secret-value"));
    let body = read(&send(&handler(), post(&with("email", json!("private@person")))).await).1.to_string();
    assert!(!body.contains("private@person"), "{body}");
    let body = read(&send(&handler(), post(&form)).await).1.to_string();
    assert!(!body.contains("secret-value"), "{body}");
}

#[tokio::test]
async fn a_body_in_another_coding_or_charset_is_told_what_to_send() {
    let shift_jis = [(b"{\"email\":\"a@example.com\",\"color\":\"Red\",\"city\":\"\x93\x8c\x8b\x9e\"}".as_slice())];
    let json = "application/json";
    for (name, value, kind, says) in [
        ("content-type", "application/json; charset=Shift_JIS", json, ["Shift_JIS", "UTF-8"]),
        ("content-encoding", "gzip", json, ["gzip", "without Content-Encoding"]),
        (
            "content-type",
            "multipart/form-data; boundary=x",
            json,
            ["multipart/form-data", "application/x-www-form-urlencoded"],
        ),
    ] {
        let handler = handler();
        let event = HttpEvent::post("/preorders").header("content-type", kind).header(name, value);
        let event = event.header("accept", "application/json").base64(shift_jis[0]);
        let (status, body) = read(&send(&handler, event).await);
        assert_eq!((status, &body["code"]), (415, &json!("UNSUPPORTED_MEDIA_TYPE")), "{value}");
        let message = body["message"].as_str().unwrap();
        assert!(says.iter().all(|word| message.contains(word)), "{message}");
        assert_nothing_happened(&handler);
    }
}

#[tokio::test]
async fn a_byte_order_mark_and_characters_that_nobody_sees_cost_no_preorder() {
    let handler = handler();
    let form = "\u{feff}{\"email\":\"\u{200b}rea\u{ad}der@example.com\u{2060}\",\"color\":\"Red\"}";
    assert_eq!(send(&handler, HttpEvent::post("/preorders").body(form)).await.status(), 201);
    assert_eq!(handler.intake.initiate.store.preorders()[0].email.as_str(), "reader@example.com");
}
