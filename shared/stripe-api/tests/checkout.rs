//! Promises of the checkout gateway: one session for one preorder and attempt, and errors that say what the caller has to
//! do next.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod support;

use std::collections::BTreeMap;

use pledge_domain::{
    Timestamp,
    consent::TextVersion,
    email::Email,
    ids::{PreorderId, PriceId, SessionId, UserId},
    locale::Locale,
    ports::{CheckoutGateway, GatewayError, OpenedSession, SessionRequest, SessionStatus},
    preorder::{CheckoutPolicy, Color},
};
use serde_json::{Value, json};
use support::{Reply, Server};

const PREORDER: &str = "7c0a1f5e-2b7d-4a43-9a58-3f1b6f0c9d21";

fn request() -> SessionRequest {
    SessionRequest {
        preorder: PreorderId::parse(PREORDER).unwrap(),
        attempt: 2,
        user: Some(UserId::parse("firebase-uid").unwrap()),
        email: Email::parse("hanako+1@example.jp").unwrap(),
        price: PriceId::parse("price_1SakuraPink").unwrap(),
        color: Color::recorded("Sakura Pink".into()),
        agreed_to: TextVersion::parse("2026-11").ok(),
        locale: Locale::ZhHk,
        success_url: "https://example.com/zh-HK/pre-order/success?session_id={CHECKOUT_SESSION_ID}&preorder_id=1"
            .into(),
        cancel_url: "https://example.com/zh-HK/pre-order/cancel?preorder_id=1".into(),
        policy: CheckoutPolicy::default(),
    }
}

fn opened(status: &str) -> Value {
    json!({"id": "cs_test_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_test_1",
           "expires_at": 1_752_076_800, "status": status})
}

#[tokio::test]
async fn the_session_is_opened_with_everything_that_comes_back_later() {
    let server = Server::start([Reply::json(200, &opened("open"))]).await;
    let session = server.client().open_session(&request()).await.unwrap();
    assert_eq!(
        session,
        OpenedSession {
            id: SessionId::parse("cs_test_1").unwrap(),
            url: Some("https://checkout.stripe.com/c/pay/cs_test_1".into()),
            expires_at: Timestamp::from_unix_timestamp(1_752_076_800).unwrap(),
            status: SessionStatus::Open,
        }
    );

    let asked = &server.asked()[0];
    assert_eq!(asked.header("idempotency-key"), format!("checkout:{PREORDER}:2"));
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    let mut set = |name: &str, value: &str| expected.insert(name.to_owned(), value.to_owned());
    set("mode", "payment");
    set("line_items[0][price]", "price_1SakuraPink");
    set("line_items[0][quantity]", "1");
    set("client_reference_id", PREORDER);
    set("customer_email", "hanako+1@example.jp");
    set("locale", "zh-HK");
    for place in ["metadata", "payment_intent_data[metadata]"] {
        set(&format!("{place}[preorderId]"), PREORDER);
        set(&format!("{place}[checkoutAttempt]"), "2");
        set(&format!("{place}[userId]"), "firebase-uid");
        set(&format!("{place}[color]"), "Sakura Pink");
        set(&format!("{place}[locale]"), "zh-HK");
        set(&format!("{place}[priceId]"), "price_1SakuraPink");
        set(&format!("{place}[consentTextVersion]"), "2026-11");
        set(&format!("{place}[deployment]"), "local");
    }
    let countries = ["US", "CA", "GB", "AU", "DE", "FR", "IT", "ES", "NL", "JP", "SG", "HK", "TW"];
    for (i, country) in countries.into_iter().enumerate() {
        set(&format!("shipping_address_collection[allowed_countries][{i}]"), country);
    }
    set("phone_number_collection[enabled]", "true");
    set("allow_promotion_codes", "false");
    set("success_url", &request().success_url);
    set("cancel_url", &request().cancel_url);
    assert_eq!(asked.form(), expected);
}

#[tokio::test]
async fn an_address_that_stripe_refuses_is_left_out_and_the_same_attempt_gives_the_same_session() {
    let refusal = json!({ "error": {
        "type": "invalid_request_error", "code": "email_invalid", "param": "customer_email",
        "message": "Invalid email address: ああああ@example.com",
    } });
    let once = [Reply::json(400, &refusal), Reply::json(200, &opened("open"))];
    let server = Server::start(once.clone().into_iter().chain(once)).await;
    let request = SessionRequest { email: Email::parse("ああああ@example.com").unwrap(), ..request() };
    for _ in 0..2 {
        let session = server.client().open_session(&request).await.unwrap();
        assert_eq!(session.id.as_str(), "cs_test_1");
    }
    let asked = server.asked();
    let keys: Vec<_> = asked.iter().map(|asked| asked.header("idempotency-key")).collect();
    assert_eq!(keys[..2], [format!("checkout:{PREORDER}:2"), format!("checkout:{PREORDER}:2:without-address")]);
    assert_eq!(keys[..2], keys[2..]);
    let (mut with, without) = (asked[0].form(), asked[1].form());
    assert!(with.remove("customer_email").is_some());
    assert_eq!(with, without, "nothing else differs");
}

#[tokio::test]
async fn without_an_owner_there_is_no_user_in_the_metadata() {
    let server = Server::start([Reply::json(200, &opened("open"))]).await;
    server.client().open_session(&SessionRequest { user: None, ..request() }).await.unwrap();
    assert!(!server.asked()[0].body.contains("userId"));
}

/// Stripe compares the parameters of a repeated request, so their order mustn't depend on a hash map.
#[tokio::test]
async fn the_same_request_is_the_same_to_the_last_byte() {
    let server = Server::start([Reply::json(200, &opened("open"))]).await;
    for _ in 0..10 {
        server.client().open_session(&request()).await.unwrap();
    }
    let asked = server.asked();
    assert!(asked.iter().all(|again| again.body == asked[0].body));
}

#[tokio::test]
async fn a_replayed_answer_may_be_of_a_session_that_has_ended() {
    for (status, expected) in [("complete", SessionStatus::Complete), ("expired", SessionStatus::Expired)] {
        let mut body = opened(status);
        body["url"] = json!(null);
        let server = Server::start([Reply::json(200, &body).with("idempotent-replayed", "true")]).await;
        let session = server.client().open_session(&request()).await.unwrap();
        assert_eq!((session.status, session.url), (expected, None), "{status}");
    }
}

#[tokio::test]
async fn a_session_is_closed_unless_its_customer_is_through() {
    let refused = || Reply::error(400, "invalid_request_error", "");
    let missing = || Reply::error(404, "invalid_request_error", "resource_missing");
    let id = SessionId::parse("cs_test_1").unwrap();
    for (replies, expected) in [
        (vec![Reply::json(200, &opened("expired"))], SessionStatus::Expired),
        (vec![refused(), Reply::json(200, &opened("complete"))], SessionStatus::Complete),
        (vec![refused(), Reply::json(200, &opened("expired"))], SessionStatus::Expired),
        (vec![missing(), missing()], SessionStatus::Expired),
    ] {
        let server = Server::start(replies).await;
        assert_eq!(server.client().close_session(&id).await.unwrap(), expected);
        assert_eq!(server.asked()[0].uri.path(), "/v1/checkout/sessions/cs_test_1/expire");
    }
    let server = Server::start([Reply::error(401, "invalid_request_error", "")]).await;
    assert!(server.client().close_session(&id).await.is_err(), "without an answer nothing is known");
}

#[tokio::test]
async fn an_error_says_whether_to_repeat_to_take_a_new_key_or_to_give_up() {
    let api_error = || Reply::error(500, "api_error", "");
    let cases = [
        (Reply::Nothing, "unavailable"),
        (Reply::BrokenOff, "unavailable"),
        (Reply::error(409, "idempotency_error", "idempotency_key_in_use"), "unavailable"),
        (Reply::error(429, "invalid_request_error", "rate_limit"), "unavailable"),
        (Reply::Answer(502, vec![], "<html></html>".into()), "unavailable"),
        (api_error(), "consumed"),
        (api_error().with("idempotent-replayed", "true"), "consumed"),
        (Reply::Answer(502, vec![("idempotent-replayed", "true")], "<html></html>".into()), "consumed"),
        (Reply::error(400, "idempotency_error", ""), "consumed"),
        (Reply::error(400, "invalid_request_error", "resource_missing"), "refused"),
        (Reply::error(401, "invalid_request_error", ""), "refused"),
        (Reply::error(403, "invalid_request_error", ""), "refused"),
        (Reply::json(200, &json!({"id": "cs_1"})), "refused"),
        (Reply::json(200, &json!({"id": "in_1", "expires_at": 1, "status": "open"})), "refused"),
    ];
    for (i, (reply, expected)) in cases.into_iter().enumerate() {
        let server = Server::start([reply]).await;
        let error = server.client().open_session(&request()).await.unwrap_err();
        let kind = match error {
            GatewayError::Unavailable(_) => "unavailable",
            GatewayError::IdempotencyKeyConsumed(_) => "consumed",
            GatewayError::Refused(_) => "refused",
            GatewayError::Gone { .. } | GatewayError::OtherCurrency(_) => "another",
        };
        assert_eq!(kind, expected, "case {i}");
    }
}
