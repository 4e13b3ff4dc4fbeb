//! Repairs that readers make themselves: each of their tries pays an invoice at most once, and the billing portal's card
//! pays.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod support;

use std::collections::BTreeMap;

use pledge_domain::{
    champion::renewal::InvoiceStatus,
    ids::{CustomerId, InvoiceId, PortalConfigurationId, PriceId},
    ports::{Billing, BillingError, InvoicePaid},
};
use serde_json::{Value, json};
use support::{Asked, Reply, Server, fields, method, sub};

fn invoice() -> InvoiceId {
    InvoiceId::parse("in_1").unwrap()
}

fn price(id: &str) -> PriceId {
    PriceId::parse(id).unwrap()
}

fn subscription(default_payment_method: &Value) -> Value {
    json!({
        "id": "sub_1", "customer": "cus_1", "status": "active", "cancel_at_period_end": false,
        "default_payment_method": default_payment_method,
        "items": {"data": [
            {"id": "si_0", "price": {"id": "price_of_another"}, "current_period_start": 0, "current_period_end": 9},
            {"id": "si_1", "price": {"id": "price_1"}, "current_period_start": 0, "current_period_end": 9},
        ]},
    })
}

fn asked(asked: &Asked) -> (&str, BTreeMap<String, String>) {
    (asked.uri.path(), asked.form())
}

#[tokio::test]
async fn every_try_to_pay_an_invoice_has_a_key_of_its_own() {
    let server = Server::start([Reply::json(200, &json!({"id": "in_1", "status": "paid"}))]).await;
    for attempt in ["a", "b"] {
        assert_eq!(server.client().pay_invoice(&invoice(), &method(), attempt).await.unwrap(), InvoicePaid::Now);
    }
    let all = server.asked();
    let keys: Vec<_> = all.iter().map(|asked| asked.header("idempotency-key")).collect();
    assert_eq!(keys, ["champion-pay:in_1:pm_1:a", "champion-pay:in_1:pm_1:b"]);
    let form = fields(&[("payment_method", "pm_1"), ("off_session", "false")]);
    assert_eq!(asked(&all[0]), ("/v1/invoices/in_1/pay", form));
}

#[tokio::test]
async fn what_stripe_says_to_a_payment_is_told_apart() {
    let action = Reply::error(402, "card_error", "invoice_payment_intent_requires_action");
    let open = Reply::json(200, &json!({"id": "in_1", "status": "open"}));
    let foreign =
        json!({"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "payment_method"}});
    let outcome = async |reply: Reply| {
        let server = Server::start([reply]).await;
        server.client().pay_invoice(&invoice(), &method(), "a").await
    };
    assert_eq!(outcome(action).await.unwrap(), InvoicePaid::NeedsCardholder);
    assert_eq!(outcome(open).await.unwrap(), InvoicePaid::Later);
    assert_eq!(outcome(Reply::error(400, "invalid_request_error", "")).await.unwrap(), InvoicePaid::NotOpen);
    let unusable = outcome(Reply::json(400, &foreign)).await;
    assert!(matches!(unusable, Err(BillingError::UnusablePaymentMethod)), "{unusable:?}");
    let declined = outcome(Reply::error(402, "card_error", "expired_card")).await;
    assert!(matches!(declined, Err(BillingError::Declined { code: Some(_) })), "{declined:?}");
}

#[tokio::test]
async fn the_newest_invoice_comes_with_what_is_due() {
    let mut body = subscription(&json!(null));
    body["latest_invoice"] = json!({
        "id": "in_1", "status": "open", "amount_remaining": 300, "currency": "usd", "created": 5,
        "hosted_invoice_url": "https://invoice.example.com/1",
    });
    let server = Server::start([Reply::json(200, &body)]).await;
    let answer = server.client().subscription(&sub()).await.unwrap();
    let latest = answer.latest.unwrap();
    assert_eq!((latest.id, latest.status, latest.due.amount), (invoice(), InvoiceStatus::Open, 300));
    assert_eq!(answer.prices, [price("price_of_another"), price("price_1")]);
}

#[tokio::test]
async fn another_price_is_for_our_item_and_for_the_next_period() {
    let upcoming = json!({"amount_due": 1000, "currency": "usd"});
    let server = Server::start([Reply::json(200, &subscription(&json!(null))), Reply::json(200, &upcoming)]).await;
    let next = server.client().preview_renewal(&sub(), &[price("price_1")], &price("price_2")).await.unwrap();
    assert_eq!((next.due.amount, next.at.unix_timestamp()), (1000, 9));
    let expected = fields(&[
        ("subscription", "sub_1"),
        ("subscription_details[items][0][id]", "si_1"),
        ("subscription_details[items][0][price]", "price_2"),
        ("subscription_details[proration_behavior]", "none"),
    ]);
    assert_eq!(asked(&server.asked()[1]), ("/v1/invoices/create_preview", expected));

    let server = Server::start([Reply::json(200, &subscription(&json!(null)))]).await;
    server.client().renew_at(&sub(), &[price("price_1")], &price("price_2")).await.unwrap();
    let mut form = server.asked()[1].form();
    form.retain(|name, _| !name.starts_with("expand"));
    let expected = fields(&[("items[0][id]", "si_1"), ("items[0][price]", "price_2"), ("proration_behavior", "none")]);
    assert_eq!(form, expected, "whether it ends stays as it is");
}

#[tokio::test]
async fn the_subscriptions_card_becomes_the_customers_before_the_subscription_loses_it() {
    let server = Server::start([Reply::json(200, &subscription(&json!("pm_1")))]).await;
    server.client().charge_customers_default(&sub()).await.unwrap();
    let all = server.asked();
    let customer = fields(&[("invoice_settings[default_payment_method]", "pm_1")]);
    assert_eq!(asked(&all[1]), ("/v1/customers/cus_1", customer));
    assert_eq!(asked(&all[2]), ("/v1/subscriptions/sub_1", fields(&[("default_payment_method", "")])));

    let server = Server::start([Reply::json(200, &subscription(&json!(null)))]).await;
    server.client().charge_customers_default(&sub()).await.unwrap();
    assert_eq!(server.asked().len(), 1, "it is so already");
}

#[tokio::test]
async fn only_our_own_configuration_of_the_portal_is_used() {
    let foreign = json!({"id": "bpc_1", "is_default": true, "metadata": {}});
    let ours = json!({"id": "bpc_2", "metadata": {"pledge": "portal"}});
    let server = Server::start([Reply::json(200, &json!({"data": [foreign, ours]}))]).await;
    let found = server.client().portal_configuration().await.unwrap();
    assert_eq!(found, Some(PortalConfigurationId::parse("bpc_2").unwrap()));
    let server = Server::start([Reply::json(200, &json!({"data": [foreign]}))]).await;
    assert_eq!(server.client().portal_configuration().await.unwrap(), None);
}

#[tokio::test]
async fn a_portal_is_for_one_customer() {
    let configuration = PortalConfigurationId::parse("bpc_1").unwrap();
    let customer = CustomerId::parse("cus_1").unwrap();
    let server = Server::start([Reply::json(200, &json!({"url": "https://billing.example.com/1"}))]).await;
    let link = server.client().open_portal(&configuration, &customer, "https://example.com/en/account").await.unwrap();
    assert_eq!(link.unwrap().expose(), "https://billing.example.com/1");
    let missing = json!({"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "customer"}});
    let server = Server::start([Reply::json(400, &missing)]).await;
    assert_eq!(server.client().open_portal(&configuration, &customer, "https://example.com").await.unwrap(), None);
}
