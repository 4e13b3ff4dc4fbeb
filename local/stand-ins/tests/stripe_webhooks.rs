//! Webhooks arrive signed, in order, again and again, or as the controls say.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::stripe::{DeliveryState, Order, Payment, Retries, StripeOptions, StripeStandIn, WebhookTarget};
use reqwest::StatusCode;
use serde_json::{Value, json};
use support::receiver::Receiver;
use support::{Api, PATIENCE, price, session_params, text};

async fn start(retries: Retries) -> (StripeStandIn, Api, Receiver) {
    let receiver = Receiver::start("whsec_a").await;
    let options = StripeOptions {
        webhooks: vec![WebhookTarget::new(&receiver.url, "whsec_a")],
        retries,
        ..StripeOptions::default()
    };
    let stripe = StripeStandIn::start(options).await.unwrap();
    let api = Api::new(stripe.base_url());
    (stripe, api, receiver)
}

fn fast() -> Retries {
    Retries { first: Duration::from_millis(10), ..Retries::default() }
}

async fn customers(api: &Api, count: usize) {
    for n in 0..count {
        api.make("/v1/customers", &[("name", &format!("n{n}"))]).await;
    }
}

fn names(receiver: &Receiver) -> Vec<String> {
    receiver.got().iter().map(|got| text(&got.event, "/data/object/name").to_owned()).collect()
}

#[tokio::test]
async fn a_delivery_is_retried_until_it_is_taken() {
    let (stripe, api, receiver) = start(fast()).await;
    receiver.answer_with(&[500, 302, 404]);
    customers(&api, 1).await;
    assert!(stripe.wait_until_idle(PATIENCE).await);
    let got = receiver.got();
    assert_eq!(got.len(), 4);
    assert!(got.iter().all(|received| received.verified && received.event["id"] == got[0].event["id"]));
    let delivery = &stripe.deliveries()[0];
    assert_eq!(delivery.state, DeliveryState::Delivered);
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(404), Some(200)]);
}

#[tokio::test]
async fn a_delivery_is_given_up_after_its_attempts() {
    let (stripe, api, receiver) = start(Retries { attempts: 2, ..fast() }).await;
    receiver.answer_with(&[500, 500]);
    customers(&api, 1).await;
    assert!(stripe.wait_until_idle(PATIENCE).await);
    assert_eq!(stripe.deliveries()[0].state, DeliveryState::GivenUp);
    let event = stripe.deliveries()[0].event.clone();
    stripe.deliver_again(&event).unwrap();
    assert!(stripe.wait_until_idle(PATIENCE).await);
    assert_eq!(receiver.got().len(), 3);
    assert!(stripe.deliver_again("evt_none").is_err());
}

#[tokio::test]
async fn secrets_can_be_rotated() {
    let (stripe, api, receiver) = start(fast()).await;
    stripe.set_webhook_secrets(&["whsec_b", "whsec_a"]);
    customers(&api, 1).await;
    assert!(stripe.wait_until_idle(PATIENCE).await);
    assert!(receiver.got()[0].verified, "the old secret still signs");
    assert_eq!(receiver.got()[0].signature.matches("v1=").count(), 2);
    stripe.set_webhook_secrets(&["whsec_b"]);
    customers(&api, 1).await;
    assert!(stripe.wait_until_idle(PATIENCE).await);
    assert!(!receiver.got()[1].verified);
}

#[tokio::test]
async fn held_deliveries_are_released_in_any_order() {
    let (stripe, api, receiver) = start(fast()).await;
    for (order, expected) in [
        (Order::Reversed, Some(vec!["n3", "n2", "n1", "n0"])),
        (Order::AsCreated, Some(vec!["n0", "n1", "n2", "n3"])),
        (Order::Shuffled(7), None),
    ] {
        let before = receiver.got().len();
        stripe.hold();
        customers(&api, 4).await;
        assert!(stripe.wait_until_idle(PATIENCE).await, "held ones do not count");
        assert_eq!(receiver.got().len(), before);
        assert_eq!(stripe.release(&order), 4);
        assert!(stripe.wait_until_idle(PATIENCE).await);
        let mut got = names(&receiver).split_off(before);
        if let Some(expected) = expected {
            assert_eq!(got, expected, "{order:?}");
        } else {
            assert_ne!(got, ["n0", "n1", "n2", "n3"]);
            got.sort();
            assert_eq!(got, ["n0", "n1", "n2", "n3"]);
        }
    }
}

#[tokio::test]
async fn single_events_are_released_duplicated_and_dropped() {
    let (stripe, api, receiver) = start(fast()).await;
    stripe.hold();
    stripe.set_copies(2);
    customers(&api, 3).await;
    let events = stripe.events();
    let last = text(&events[2], "/id").to_owned();
    assert_eq!(stripe.release(&Order::Only(vec![last])), 2);
    assert!(stripe.wait_until_idle(PATIENCE).await);
    assert_eq!(names(&receiver), ["n2", "n2"]);
    assert_eq!(stripe.drop_deliveries(Some(text(&events[0], "/id"))), 2);
    assert_eq!(stripe.release(&Order::AsCreated), 2);
    assert!(stripe.wait_until_idle(PATIENCE).await);
    assert_eq!(names(&receiver), ["n2", "n2", "n1", "n1"]);
}

#[tokio::test]
async fn endpoints_are_registered_over_the_api() {
    let (_stripe, api, _receiver) = start(fast()).await;
    let other = Receiver::start("unknown").await;
    let params = [("url", other.url.as_str()), ("enabled_events[0]", "product.created")];
    let made = api.make("/v1/webhook_endpoints", &params).await;
    assert!(text(&made, "/secret").starts_with("whsec_"));
    let path = format!("/v1/webhook_endpoints/{}", text(&made, "/id"));
    assert_eq!(api.read(&path).await.get("secret"), None, "shown once");

    customers(&api, 1).await;
    api.make("/v1/products", &[("name", "x")]).await;
    wait_idle(&api).await;
    assert_eq!(other.types(), ["product.created"]);
    api.make(&path, &[("disabled", "true")]).await;
    api.make("/v1/products", &[("name", "y")]).await;
    wait_idle(&api).await;
    assert_eq!(other.got().len(), 1);
    assert_eq!(api.delete(&path).await.0, StatusCode::OK);
    assert_eq!(api.get(&path).await.0, StatusCode::NOT_FOUND);
    let bad = [("url", "ftp://x"), ("enabled_events[0]", "*")];
    assert_eq!(api.post("/v1/webhook_endpoints", &bad).await.0, StatusCode::BAD_REQUEST);
}

async fn wait_idle(api: &Api) {
    let url = format!("{}/_control/idle?timeout_ms=20000", api.base);
    let idle: Value = api.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(idle["idle"], true);
}

#[tokio::test]
async fn events_name_the_request_that_caused_them() {
    let (stripe, api, _receiver) = start(fast()).await;
    let response = api.form("/v1/customers", &[]).header("idempotency-key", "k-1").send().await.unwrap();
    let request_id = response.headers()["request-id"].to_str().unwrap().to_owned();
    let event = &stripe.events()[0];
    assert_eq!(event["request"], json!({ "id": request_id, "idempotency_key": "k-1" }));
    assert_eq!(event["api_version"], "2026-09-30.endive");
    assert_eq!(event["pending_webhooks"], 1);
    assert_eq!(api.read(&format!("/v1/events/{}", text(event, "/id"))).await["type"], "customer.created");
    let listed = api.read("/v1/events?type=customer.*").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_older_endpoint_gets_the_older_shapes() {
    let (stripe, api, _receiver) = start(fast()).await;
    let old = Receiver::start("whsec_old").await;
    let target = WebhookTarget { api_version: Some("2024-06-20".into()), ..WebhookTarget::new(&old.url, "whsec_old") };
    stripe.add_webhook(target);
    let recurring =
        [("currency", "usd"), ("unit_amount", "500"), ("recurring[interval]", "month"), ("product_data[name]", "T")];
    let recurring = api.make("/v1/prices", &recurring).await;
    let customer = api.make("/v1/customers", &[("email", "jo@example.com")]).await;
    let customer = text(&customer, "/id");
    stripe.replace_card(customer, "pm_card_visa").unwrap();
    let params = [("customer", customer), ("items[0][price]", text(&recurring, "/id")), ("metadata[u]", "1")];
    let subscription = api.make("/v1/subscriptions", &params).await;
    let price = price(&api).await;
    let mut session = session_params(&price);
    session.push(("shipping_address_collection[allowed_countries][0]", "US"));
    let session = api.make("/v1/checkout/sessions", &session).await;
    stripe.pay_session(text(&session, "/id"), Payment::by_card());
    stripe.advance(Duration::from_secs(32 * 24 * 60 * 60));
    assert!(stripe.wait_until_idle(PATIENCE).await);

    let got = old.got();
    let object = |kind: &str| {
        let received = got.iter().find(|received| received.event["type"] == kind).expect(kind);
        assert!(received.verified);
        assert_eq!(received.event["api_version"], "2024-06-20");
        received.event["data"]["object"].clone()
    };
    let invoice = object("invoice.paid");
    assert_eq!(invoice["subscription"], subscription["id"]);
    assert!(text(&invoice, "/payment_intent").starts_with("pi_"));
    assert!(text(&invoice, "/charge").starts_with("ch_"));
    assert_eq!(invoice["subscription_details"]["metadata"]["u"], "1");
    assert_eq!(invoice["lines"]["data"][0]["price"]["id"], recurring["id"]);
    assert_eq!((invoice.get("parent"), &invoice["paid"]), (None, &json!(true)));
    let updated = object("customer.subscription.updated");
    assert!(updated["current_period_end"].is_i64());
    let renewed = got.iter().rfind(|received| received.event["type"] == "customer.subscription.updated");
    let previous = &renewed.unwrap().event["data"]["previous_attributes"];
    assert_eq!(previous["current_period_end"], updated["current_period_end"], "it was before the renewal");
    assert_eq!(updated.pointer("/items/data/0/current_period_end"), None);
    assert_eq!(object("payment_intent.succeeded")["invoice"], invoice["id"]);
    let session = object("checkout.session.completed");
    assert_eq!(session["shipping_details"]["address"]["country"], "US");
    assert!(!got.iter().any(|received| received.event["type"] == "invoice_payment.paid"));
}
