//! Events as Lambda passes them to a function.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pledge_testkit::{http::HttpEvent, sqs};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{machine, work::PROJECT};

/// Returns the id of the `n`th preorder or outbox row, as the queries number them.
pub fn id(n: u32) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 | u128::from(n))
}

/// Returns a batch of the queue, with one message for each row.
pub fn messages(rows: impl IntoIterator<Item = u32>) -> Value {
    let record = |n| {
        let body = json!({ "version": 1, "outboxIds": [id(n)] });
        sqs::record(&Uuid::from_u128(n.into()).to_string(), &body.to_string())
    };
    sqs::batch(&rows.into_iter().map(record).collect::<Vec<_>>())
}

pub fn form(n: u32) -> Value {
    json!({
        "email": format!("reader-{n}@example.com"),
        "color": "sakura-pink",
        "locale": "en",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "phone": "+442079460000",
        "addressLine1": "10 Downing Street",
        "city": "London",
        "postalCode": "SW1A 2AA",
        "country": "GB",
        "marketingConsent": true, "consentTextVersion": "2026-11",
    })
}

/// Returns a real event with the ids of the `n`th preorder.
pub fn session_completed(n: u32) -> String {
    let mut event: Value =
        serde_json::from_str(include_str!("../../queries/session_completed.json")).unwrap_or_default();
    let text = id(n).simple().to_string();
    event["id"] = format!("evt_{text}").into();
    event["created"] = machine::now().unix_timestamp().into();
    let session = &mut event["data"]["object"];
    session["id"] = format!("cs_test_{text}").into();
    session["payment_intent"] = format!("pi_{text}").into();
    session["client_reference_id"] = id(n).to_string().into();
    session["metadata"]["preorderId"] = id(n).to_string().into();
    event.to_string()
}

/// Returns the unsigned ID token of the `n`th reader, as Firebase's emulator issues it.
fn token(n: u32) -> String {
    let now = machine::now().unix_timestamp();
    let claims = json!({
        "iss": format!("https://securetoken.google.com/{PROJECT}"),
        "aud": PROJECT,
        "sub": format!("uid-{n}"),
        "iat": now,
        "auth_time": now,
        "exp": now + 3600,
        "email": format!("reader-{n}@example.com"),
        "email_verified": true,
        "firebase": { "sign_in_provider": "google.com", "identities": {} },
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(json!({ "alg": "none", "typ": "JWT" })), part(claims))
}

/// Returns a `GET` request of the `n`th reader, who is signed in.
pub fn asked_by(n: u32, path: &str, query: &str) -> HttpEvent {
    signed_in(n, HttpEvent::get(path).query(query))
}

/// Returns a `POST` request of the `n`th reader, who is signed in.
pub fn posted_by(n: u32, path: &str, body: &Value) -> HttpEvent {
    signed_in(n, HttpEvent::post(path).json(body))
}

fn signed_in(n: u32, request: HttpEvent) -> HttpEvent {
    request.header("authorization", &format!("Bearer {}", token(n)))
}

/// Adds the headers that every request of a browser has.
pub fn from_a_browser(request: HttpEvent) -> HttpEvent {
    const HEADERS: [(&str, &str); 8] = [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("host", "abcdefghij.execute-api.us-east-1.amazonaws.com"),
        ("user-agent", "bench"),
        ("x-amzn-trace-id", "Root=1-65a0b0c0-0123456789abcdef01234567"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ];
    HEADERS.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}
