//! Requests of readers.

use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};

use super::FIRST_NAME;
use crate::functions::{RETURNED_TOKEN, TOKEN};

/// Returns the form of a reader, with the idempotency key that a front end makes for one form.
#[must_use]
pub fn form(email: &str) -> HttpEvent {
    let form = json!({ "email": email, "color": "Red", "locale": "en", "firstName": FIRST_NAME });
    HttpEvent::post("/preorders").json(&form).header("idempotency-key", &format!("form of {email}"))
}

/// Returns the form of a reader who agrees to marketing.
#[must_use]
pub fn form_with_consent(email: &str) -> HttpEvent {
    let form = json!({
        "email": email, "color": "Red", "locale": "en", "firstName": FIRST_NAME, "marketingConsent": true,
        "consentTextVersion": "2026-11",
    });
    HttpEvent::post("/preorders").json(&form).header("idempotency-key", &format!("consent of {email}"))
}

/// Returns the request with which the signed-in reader agrees to marketing in their account or withdraws it.
#[must_use]
pub fn says_of_marketing(answer: &Value) -> HttpEvent {
    as_reader(HttpEvent::post("/users/me").json(answer))
}

/// Returns the request to pay for this preorder.
#[must_use]
pub fn wish_to_pay(preorder: &str) -> HttpEvent {
    HttpEvent::post("/checkout").json(&json!({ "preorderId": preorder }))
}

/// Returns the request that the front end makes after the reader has signed in.
#[must_use]
pub fn sign_in() -> HttpEvent {
    as_reader(HttpEvent::post("/users/me").json(&json!({})))
}

/// Returns the request with the token of the signed-in reader.
#[must_use]
pub fn as_reader(request: HttpEvent) -> HttpEvent {
    request.header("authorization", &format!("Bearer {TOKEN}"))
}

/// Returns the request that the front end makes after the reader has signed in with their new account.
#[must_use]
pub fn come_back() -> HttpEvent {
    HttpEvent::post("/users/me").json(&json!({})).header("authorization", &format!("Bearer {RETURNED_TOKEN}"))
}

/// Returns a request of the signed-in reader to an endpoint of champions.
#[must_use]
pub fn champion(path: &str, body: &Value) -> HttpEvent {
    let bearer = format!("Bearer {TOKEN}");
    HttpEvent::post(&format!("/payment/stripe/{path}")).json(body).header("authorization", &bearer)
}

/// Returns the request to support novel 7 at this level.
#[must_use]
pub fn subscription(level: i64) -> HttpEvent {
    champion("champion-subscription", &json!({ "novelId": 7, "tierLevel": level, "autoRenew": true }))
}

/// Returns the request to buy 30 days of novel 7 at this level.
#[must_use]
pub fn purchase(level: i64) -> HttpEvent {
    champion("champion-purchase", &json!({ "novelId": 7, "tierLevel": level }))
}

/// Returns the request to pay the open invoice with another card; `attempt` is its idempotency key.
#[must_use]
pub fn repair(attempt: &str) -> HttpEvent {
    let card = json!({ "novelId": 7, "paymentMethodId": "pm_card_mastercard" });
    champion("champion-subscription/pay", &card).header("idempotency-key", attempt)
}

/// Returns the request to renew at another tier.
#[must_use]
pub fn tier_change(level: i64) -> HttpEvent {
    champion("champion-subscription/change", &json!({ "novelId": 7, "tierLevel": level }))
}

/// Returns the request for the billing portal.
#[must_use]
pub fn portal() -> HttpEvent {
    champion("champion-subscription/portal", &json!({ "novelId": 7 }))
}
