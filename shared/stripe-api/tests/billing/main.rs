//! Promises of the billing gateway: one object for the same arguments, no charge before the payment is confirmed, and
//! errors that say who has to act next.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod cancelling;
#[path = "../support/mod.rs"]
mod support;

use pledge_domain::{
    Timestamp,
    champion::{ChampionKey, ChampionMetadata, Period, Tier, TierLevel},
    email::Email,
    ids::{CustomerId, NovelId, PaymentIntentId, PaymentRecordId, PriceId, UserId},
    money::{Currency, Money},
    ports::{Billing, BillingError, ClientSecret, GatewayError, IntentState, PurchaseRequest, SubscriptionRequest},
    stripe::SubscriptionStatus,
};
use serde_json::{Value, json};
use support::{Reply, Server, fields, method, sub};

const PAYMENT: &str = "5d0f6a1b-9a3c-4e57-8f21-7b6c5d4e3f2a";

fn reader() -> UserId {
    UserId::parse("firebase-uid").unwrap()
}

fn customer() -> CustomerId {
    CustomerId::parse("cus_1").unwrap()
}

fn metadata() -> ChampionMetadata {
    ChampionMetadata {
        champion: ChampionKey { user: reader(), novel: NovelId::new(42).unwrap() },
        tier: Some(TierLevel::new(4).unwrap()),
        payment: Some(PaymentRecordId::parse(PAYMENT).unwrap()),
        purchase: None,
    }
}

fn subscription_request() -> SubscriptionRequest {
    SubscriptionRequest {
        payment: PaymentRecordId::parse(PAYMENT).unwrap(),
        customer: customer(),
        price: PriceId::parse("price_1").unwrap(),
        metadata: metadata(),
    }
}

/// Returns a subscription as Stripe answers since API version "basil", with the fields that our requests expand.
fn subscription(status: &str, invoice: &str) -> Value {
    json!({
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": status, "cancel_at_period_end": false,
        "cancel_at": null,
        "items": {"data": [{"current_period_start": 1_751_990_400, "current_period_end": 1_754_668_800}]},
        "latest_invoice": {
            "id": "in_1", "status": invoice,
            "confirmation_secret": {"client_secret": "pi_1_secret_x", "type": "payment_intent"},
            "payments": {"data": [{"is_default": true, "payment": {"type": "payment_intent", "payment_intent": "pi_1"}}]},
        },
    })
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_timestamp(seconds).unwrap()
}

#[tokio::test]
async fn a_reader_whose_address_stripe_refuses_becomes_a_customer_without_it() {
    let refusal = json!({"error": {"type": "invalid_request_error", "code": "email_invalid", "param": "email"}});
    let server = Server::start([Reply::json(400, &refusal), Reply::json(200, &json!({"id": "cus_1"}))]).await;
    let email = Email::parse("ああああ@example.com").unwrap();
    assert_eq!(server.client().create_customer(&reader(), Some(&email)).await.unwrap(), customer());
    let asked = server.asked();
    assert!(asked[0].body.contains("email=") && !asked[1].body.contains("email="));
    assert_eq!(asked[1].header("idempotency-key"), "champion-customer:firebase-uid:without-address");
}

#[tokio::test]
async fn a_reader_becomes_one_customer() {
    let server = Server::start([Reply::json(200, &json!({"id": "cus_1"}))]).await;
    let email = Email::parse("reader@example.com").unwrap();
    assert_eq!(server.client().create_customer(&reader(), Some(&email)).await.unwrap(), customer());
    let asked = &server.asked()[0];
    assert_eq!(asked.uri.path(), "/v1/customers");
    assert_eq!(asked.header("idempotency-key"), "champion-customer:firebase-uid");
    assert_eq!(asked.form(), fields(&[("email", "reader@example.com"), ("metadata[userId]", "firebase-uid")]));
}

/// No attempts are counted here. With one key only, a stored failure or a changed address would lock the reader out for a
/// day.
#[tokio::test]
async fn a_consumed_key_is_followed_by_the_next_one_for_everybody_alike() {
    let stored = Reply::error(500, "api_error", "").with("idempotent-replayed", "true");
    let other_parameters = Reply::error(400, "idempotency_error", "");
    for consumed in [stored, other_parameters] {
        let server = Server::start([consumed.clone(), Reply::json(200, &json!({"id": "cus_1"}))]).await;
        assert_eq!(server.client().create_customer(&reader(), None).await.unwrap(), customer());
        let asked = server.asked();
        let keys: Vec<_> = asked.iter().map(|asked| asked.header("idempotency-key")).collect();
        assert_eq!(keys, ["champion-customer:firebase-uid", "champion-customer:firebase-uid:2"]);

        let server = Server::start([consumed]).await;
        let error = server.client().create_customer(&reader(), None).await.unwrap_err();
        assert!(matches!(error, BillingError::Gateway(GatewayError::IdempotencyKeyConsumed(_))));
        assert_eq!(server.asked().len(), 3);
    }
}

#[tokio::test]
async fn a_tier_becomes_a_monthly_price_of_its_amount() {
    let server = Server::start([Reply::json(200, &json!({"id": "price_1"}))]).await;
    let tier = Tier {
        novel: NovelId::new(42).unwrap(),
        level: TierLevel::new(4).unwrap(),
        name: "Martial King".into(),
        price: Money::new(1000, Currency::USD),
        stripe_price: None,
        prices: Vec::new(),
        active: true,
    };
    assert_eq!(server.client().create_price(&tier).await.unwrap().as_str(), "price_1");
    let asked = &server.asked()[0];
    assert_eq!(asked.uri.path(), "/v1/prices");
    assert_eq!(asked.header("idempotency-key"), "champion-price:42:4:usd:1000");
    let expected = fields(&[
        ("currency", "usd"),
        ("unit_amount", "1000"),
        ("recurring[interval]", "month"),
        ("product_data[name]", "Martial King, novel 42"),
        ("metadata[novelId]", "42"),
        ("metadata[tierLevel]", "4"),
    ]);
    assert_eq!(asked.form(), expected);
}

#[tokio::test]
async fn a_subscription_starts_unpaid_and_keeps_the_method_that_pays_it() {
    let server = Server::start([Reply::json(200, &subscription("incomplete", "open"))]).await;
    let answer = server.client().create_subscription(&subscription_request()).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.uri.path(), "/v1/subscriptions");
    assert_eq!(asked.header("idempotency-key"), format!("champion:{PAYMENT}"));
    let expected = fields(&[
        ("customer", "cus_1"),
        ("items[0][price]", "price_1"),
        ("payment_behavior", "default_incomplete"),
        ("payment_settings[save_default_payment_method]", "on_subscription"),
        ("metadata[userId]", "firebase-uid"),
        ("metadata[novelId]", "42"),
        ("metadata[tierLevel]", "4"),
        ("metadata[paymentRecordId]", PAYMENT),
        ("metadata[deployment]", "local"),
        ("expand[0]", "latest_invoice.confirmation_secret"),
        ("expand[1]", "latest_invoice.payments"),
    ]);
    assert_eq!(asked.form(), expected);

    let period = Period { start: at(1_751_990_400), end: at(1_754_668_800) };
    let subscription = &answer.made.subscription;
    assert_eq!((&subscription.id, subscription.customer.as_ref()), (&sub(), Some(&customer())));
    assert_eq!((subscription.status, subscription.started), (SubscriptionStatus::Incomplete, false));
    assert_eq!((subscription.period_end, answer.period), (Some(period.end), Some(period)));
    assert_eq!(answer.made.invoice.unwrap().as_str(), "in_1");
    assert_eq!(answer.made.payment_intent.unwrap().as_str(), "pi_1");
    assert_eq!(answer.client_secret.unwrap().expose(), "pi_1_secret_x");
}

#[tokio::test]
async fn an_invoice_that_is_paid_has_no_secret_to_give() {
    let server = Server::start([Reply::json(200, &subscription("active", "paid"))]).await;
    let answer = server.client().subscription(&sub()).await.unwrap();
    assert_eq!(answer.client_secret, None);
    assert!(answer.made.subscription.started);
    let asked = &server.asked()[0];
    assert_eq!((asked.method.as_str(), asked.uri.path()), ("GET", "/v1/subscriptions/sub_1"));
    assert!(asked.uri.query().unwrap().contains("latest_invoice.payments"));
}

#[tokio::test]
async fn a_subscription_without_an_expanded_invoice_is_understood_and_an_unknown_status_is_not() {
    let mut bare = subscription("canceled", "void");
    bare["latest_invoice"] = json!("in_1");
    let server = Server::start([Reply::json(200, &bare)]).await;
    let answer = server.client().subscription(&sub()).await.unwrap();
    assert_eq!((answer.made.invoice.unwrap().as_str(), answer.client_secret), ("in_1", None));

    let server = Server::start([Reply::json(200, &subscription("asleep", "open"))]).await;
    let error = server.client().subscription(&sub()).await.unwrap_err();
    assert!(matches!(error, BillingError::Gateway(GatewayError::Refused(_))));
}

#[tokio::test]
async fn a_method_is_attached_once_and_to_nobody_else() {
    let refused = || Reply::error(400, "invalid_request_error", "payment_method_unexpected_state");
    let missing = || Reply::error(404, "invalid_request_error", "resource_missing");
    let belongs_to = |customer: Value| Reply::json(200, &json!({"id": "pm_1", "customer": customer}));
    let outcome = async |replies: Vec<Reply>| {
        let server = Server::start(replies).await;
        let result = server.client().attach_payment_method(&customer(), &method()).await;
        assert_eq!(server.asked()[0].uri.path(), "/v1/payment_methods/pm_1/attach");
        assert_eq!(server.asked()[0].form(), fields(&[("customer", "cus_1")]));
        match result {
            Ok(id) if id == method() => "attached",
            Ok(_) => "another",
            Err(BillingError::UnusablePaymentMethod) => "unusable",
            Err(BillingError::Declined { .. }) => "declined",
            Err(BillingError::Gateway(GatewayError::Unavailable(_))) => "unavailable",
            Err(BillingError::Gateway(_)) => "refused",
        }
    };
    assert_eq!(outcome(vec![belongs_to(json!("cus_1"))]).await, "attached");
    assert_eq!(outcome(vec![refused(), belongs_to(json!("cus_1"))]).await, "attached", "by an earlier try");
    assert_eq!(outcome(vec![refused(), belongs_to(json!("cus_2"))]).await, "unusable");
    assert_eq!(outcome(vec![refused(), belongs_to(json!(null))]).await, "unusable");
    assert_eq!(outcome(vec![missing()]).await, "unusable");
    assert_eq!(outcome(vec![Reply::error(402, "card_error", "card_declined")]).await, "declined");
    assert_eq!(outcome(vec![Reply::error(401, "invalid_request_error", "")]).await, "refused");
    let no_customer =
        json!({"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "customer"}});
    assert_eq!(outcome(vec![Reply::json(404, &no_customer)]).await, "refused");
    assert_eq!(outcome(vec![Reply::error(429, "invalid_request_error", "")]).await, "unavailable");
}

#[tokio::test]
async fn a_method_that_the_customer_does_not_have_pays_no_subscription() {
    let error = json!({"error": {"type": "invalid_request_error", "code": "resource_missing",
                                 "param": "default_payment_method"}});
    let server = Server::start([Reply::json(400, &error)]).await;
    let result = server.client().set_payment_method(&sub(), &method()).await;
    assert!(matches!(result, Err(BillingError::UnusablePaymentMethod)));
    let server = Server::start([Reply::error(404, "invalid_request_error", "resource_missing")]).await;
    let result = server.client().set_payment_method(&sub(), &method()).await;
    assert!(matches!(result, Err(BillingError::Gateway(GatewayError::Refused(_)))), "no such subscription");
}

#[tokio::test]
async fn a_single_purchase_is_a_payment_that_the_reader_confirms() {
    let answer = json!({"id": "pi_1", "status": "requires_payment_method", "client_secret": "pi_1_secret_x"});
    let server = Server::start([Reply::json(200, &answer)]).await;
    let request = PurchaseRequest {
        payment: PaymentRecordId::parse(PAYMENT).unwrap(),
        customer: customer(),
        amount: Money::new(2000, Currency::parse("jpy").unwrap()),
        description: "Martial Emperor, 30 days, novel 42".into(),
        metadata: ChampionMetadata { tier: None, ..metadata() },
    };
    let intent = server.client().create_payment(&request).await.unwrap();
    assert_eq!(intent.id, PaymentIntentId::parse("pi_1").unwrap());
    assert_eq!(intent.client_secret, Some(ClientSecret::new("pi_1_secret_x".into())));
    let asked = &server.asked()[0];
    assert_eq!(asked.uri.path(), "/v1/payment_intents");
    assert_eq!(asked.header("idempotency-key"), format!("champion-purchase:{PAYMENT}"));
    let expected = fields(&[
        ("amount", "2000"),
        ("currency", "jpy"),
        ("customer", "cus_1"),
        ("description", "Martial Emperor, 30 days, novel 42"),
        ("automatic_payment_methods[enabled]", "true"),
        ("metadata[userId]", "firebase-uid"),
        ("metadata[novelId]", "42"),
        ("metadata[paymentRecordId]", PAYMENT),
        ("metadata[deployment]", "local"),
    ]);
    assert_eq!(asked.form(), expected);
}

#[tokio::test]
async fn a_payment_is_payable_paid_or_cancelled() {
    let cases = [
        ("requires_payment_method", IntentState::Payable),
        ("requires_confirmation", IntentState::Payable),
        ("requires_action", IntentState::Payable),
        ("processing", IntentState::Paid),
        ("succeeded", IntentState::Paid),
        ("requires_capture", IntentState::Paid),
        ("canceled", IntentState::Canceled),
    ];
    for (status, state) in cases {
        let server = Server::start([Reply::json(200, &json!({"id": "pi_1", "status": status}))]).await;
        let intent = server.client().payment(&PaymentIntentId::parse("pi_1").unwrap()).await.unwrap();
        assert_eq!(intent.state, state, "{status}");
    }
}

#[tokio::test]
async fn a_declined_card_says_why_in_a_word() {
    let error = json!({"error": {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}});
    let server = Server::start([Reply::json(402, &error)]).await;
    match server.client().create_subscription(&subscription_request()).await {
        Err(BillingError::Declined { code }) => assert_eq!(code.as_deref(), Some("lost_card")),
        other => panic!("{other:?}"),
    }
}

/// An imported reader's id may have characters that a header can't carry.
#[tokio::test]
async fn any_reader_can_become_a_customer() {
    let server = Server::start([Reply::json(200, &json!({"id": "cus_1"}))]).await;
    let reader = UserId::parse("讀者 42".repeat(20)).unwrap();
    server.client().create_customer(&reader, None).await.unwrap();
    assert_eq!(server.asked()[0].form()["metadata[userId]"], reader.as_str());
}
