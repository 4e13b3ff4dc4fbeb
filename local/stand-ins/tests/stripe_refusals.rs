//! Permanent refusals by Stripe: deleted customers, archived prices, addresses, currencies, and methods of other
//! customers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use support::shop::{DAY, Shop};
use support::{price, session_params, text, types};

fn refusal(answer: &(StatusCode, Value)) -> (u16, &str, &str) {
    (answer.0.as_u16(), text(&answer.1, "/error/code"), text(&answer.1, "/error/param"))
}

#[tokio::test]
async fn deleting_a_customer_ends_their_subscriptions_and_leaves_a_trace() {
    let shop = Shop::open().await;
    let subscription = shop.active().await;
    let seen = shop.stripe.events().len();
    let (status, deleted) = shop.api.delete(&format!("/v1/customers/{}", shop.customer)).await;
    let trace = json!({ "id": shop.customer, "object": "customer", "deleted": true });
    assert_eq!((status, &deleted), (StatusCode::OK, &trace));
    assert_eq!(shop.status(&subscription), "canceled");
    let events = shop.stripe.events();
    assert_eq!(types(&events[seen..]), ["customer.subscription.deleted", "customer.deleted"]);
    let last = &events.last().unwrap()["data"]["object"];
    assert_eq!((text(last, "/email"), last.get("deleted")), ("jo@example.com", None), "as they were before");

    assert_eq!(shop.api.read(&format!("/v1/customers/{}", shop.customer)).await, trace);
    assert_eq!(shop.api.read("/v1/customers").await["data"], json!([]));
    let again = shop.api.delete(&format!("/v1/customers/{}", shop.customer)).await;
    assert_eq!(refusal(&again), (404, "resource_missing", "id"));
    let params = [("customer", shop.customer.as_str()), ("items[0][price]", &shop.price)];
    assert_eq!(refusal(&shop.api.post("/v1/subscriptions", &params).await), (400, "resource_missing", "customer"));
    let one_time = price(&shop.api).await;
    let mut params = session_params(&one_time);
    params.push(("customer", &shop.customer));
    assert_eq!(refusal(&shop.api.post("/v1/checkout/sessions", &params).await), (400, "resource_missing", "customer"));
}

#[tokio::test]
async fn a_draft_of_a_deleted_customer_is_paid_by_nobody() {
    let shop = Shop::open().await;
    shop.active().await;
    shop.stripe.advance(Duration::from_secs(31 * DAY));
    shop.stripe.delete_customer(&shop.customer).unwrap();
    shop.stripe.advance(Duration::from_secs(DAY));
    assert_eq!(shop.stripe.objects("invoice")[0]["status"], "open");
    assert!(shop.stripe.delete_customer(&shop.customer).is_err());
}

#[tokio::test]
async fn archived_prices_and_products_are_refused_but_renew() {
    let shop = Shop::open().await;
    let subscription = shop.active().await;
    let archived = shop.api.make(&format!("/v1/prices/{}", shop.price), &[("active", "false")]).await;
    assert_eq!(archived["active"], false);
    assert_eq!(shop.stripe.event_types().last().unwrap(), "price.updated");
    let params = [
        ("customer", shop.customer.as_str()),
        ("items[0][price]", &shop.price),
        ("payment_behavior", "default_incomplete"),
    ];
    let refused = shop.api.post("/v1/subscriptions", &params).await;
    assert_eq!(refusal(&refused), (400, "", "items[0][price]"));
    assert_eq!(
        refused.1["error"]["message"],
        "The price specified is inactive. This field only accepts active prices."
    );
    shop.stripe.advance(Duration::from_secs(32 * DAY));
    assert_eq!(shop.status(&subscription), "active");
    assert_eq!(shop.stripe.objects("invoice")[0]["status"], "paid", "who subscribed before goes on");

    shop.api.make(&format!("/v1/prices/{}", shop.price), &[("active", "true")]).await;
    let product = text(&shop.stripe.object(&shop.price), "/product").to_owned();
    shop.api.make(&format!("/v1/products/{product}"), &[("active", "false")]).await;
    assert_eq!(refusal(&shop.api.post("/v1/subscriptions", &params).await), (400, "", "items[0][price]"));
}

#[tokio::test]
async fn stripe_takes_fewer_addresses_than_the_standards() {
    let shop = Shop::open().await;
    for address in [
        "ああああ@example.com",
        "jo..r@example.com",
        "jo.@example.com",
        "\"jo r\"@example.com",
        "jo@host",
        "jo@例え.jp",
    ] {
        let refused = shop.api.post("/v1/customers", &[("email", address)]).await;
        assert_eq!(refusal(&refused), (400, "email_invalid", "email"), "{address}");
    }
    for address in ["jo+tag@example.com", "o'brien@mail.example.co.jp", "a_b-c@xn--r8jz45g.jp"] {
        shop.api.make("/v1/customers", &[("email", address)]).await;
    }
    let price = price(&shop.api).await;
    let mut params = session_params(&price);
    params.push(("customer_email", "ああああ@example.com"));
    let refused = shop.api.post("/v1/checkout/sessions", &params).await;
    assert_eq!(refusal(&refused), (400, "email_invalid", "customer_email"));
}

#[tokio::test]
async fn a_customer_has_one_currency_at_a_time() {
    let shop = Shop::open().await;
    let subscription = shop.active().await;
    let params = [
        ("currency", "eur"),
        ("unit_amount", "500"),
        ("recurring[interval]", "month"),
        ("product_data[name]", "Champion"),
    ];
    let euro = text(&shop.api.make("/v1/prices", &params).await, "/id").to_owned();
    let params =
        [("customer", shop.customer.as_str()), ("items[0][price]", &euro), ("payment_behavior", "default_incomplete")];
    let (status, error) = shop.api.post("/v1/subscriptions", &params).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = text(&error, "/error/message");
    assert!(
        message.starts_with("You cannot combine currencies on a single customer.") && message.ends_with("usd."),
        "{message}"
    );
    shop.api.delete(&format!("/v1/subscriptions/{subscription}")).await;
    shop.api.make("/v1/subscriptions", &params).await;
}

#[tokio::test]
async fn a_method_belongs_to_its_customer_and_is_unusable_once_detached() {
    let shop = Shop::open().await;
    let attach = [("customer", shop.customer.as_str())];
    let card = shop.api.make("/v1/payment_methods/pm_card_visa/attach", &attach).await;
    let other = shop.api.make("/v1/customers", &[("email", "al@example.com")]).await;
    let other = text(&other, "/id");
    let params = [("amount", "500"), ("currency", "usd"), ("customer", other), ("payment_method", text(&card, "/id"))];
    let (_, error) = shop.api.post("/v1/payment_intents", &params).await;
    assert!(text(&error, "/error/message").contains("does not belong to the Customer you supplied"), "{error}");

    let path = format!("/v1/payment_methods/{}", text(&card, "/id"));
    shop.api.make(&format!("{path}/detach"), &[]).await;
    assert_eq!(shop.stripe.events().last().unwrap()["data"]["previous_attributes"]["customer"], shop.customer.as_str());
    let (status, error) = shop.api.post(&format!("{path}/attach"), &attach).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(text(&error, "/error/message").contains("It may not be used again"), "{error}");
}

#[tokio::test]
async fn a_test_method_that_was_attached_is_found_by_its_name() {
    let shop = Shop::open().await;
    let subscription = shop.active().await;
    let path = format!("/v1/subscriptions/{subscription}");
    let unknown = shop.api.post(&path, &[("default_payment_method", "pm_card_mastercard")]).await;
    assert_eq!(refusal(&unknown), (400, "resource_missing", "default_payment_method"));
    let attach = [("customer", shop.customer.as_str())];
    let card = shop.api.make("/v1/payment_methods/pm_card_mastercard/attach", &attach).await;
    let changed = shop.api.make(&path, &[("default_payment_method", "pm_card_mastercard")]).await;
    assert_eq!(changed["default_payment_method"], card["id"]);
}

#[tokio::test]
async fn a_subscription_that_a_schedule_manages_keeps_its_end_until_it_is_released() {
    let shop = Shop::open().await;
    let subscription = shop.active().await;
    let path = format!("/v1/subscriptions/{subscription}");
    let from = [("from_subscription", subscription.as_str())];
    let schedule = shop.api.make("/v1/subscription_schedules", &from).await;
    let id = text(&schedule, "/id");
    assert_eq!(text(&schedule, "/status"), "active");
    assert_eq!(text(&shop.stripe.object(&subscription), "/schedule"), id);
    assert_eq!(shop.api.post("/v1/subscription_schedules", &from).await.0, StatusCode::BAD_REQUEST, "it has one");

    for end in [("cancel_at_period_end", "true"), ("cancel_at_period_end", "false"), ("cancel_at", "")] {
        let refused = shop.api.post(&path, &[end]).await;
        assert_eq!(refusal(&refused), (400, "", ""), "{end:?}");
        assert!(text(&refused.1, "/error/message").contains(&format!("managed by the subscription schedule `{id}`")));
    }
    shop.api.make(&path, &[("metadata[a]", "b")]).await;

    let seen = shop.stripe.events().len();
    let release = format!("/v1/subscription_schedules/{id}/release");
    let released = shop.api.make(&release, &[("preserve_cancel_date", "true")]).await;
    assert_eq!((text(&released, "/status"), text(&released, "/released_subscription")), ("released", &*subscription));
    let events = shop.stripe.events();
    assert_eq!(types(&events[seen..]), ["subscription_schedule.released", "customer.subscription.updated"]);
    assert_eq!(shop.api.post(&release, &[]).await.0, StatusCode::BAD_REQUEST, "it is released");
    assert_eq!(shop.api.make(&path, &[("cancel_at_period_end", "true")]).await["cancel_at_period_end"], true);
}

#[tokio::test]
async fn a_schedule_is_over_with_its_phase_and_with_its_subscription() {
    let shop = Shop::open().await;
    let subscription = shop.active().await;
    let from = [("from_subscription", subscription.as_str())];
    let first = shop.api.make("/v1/subscription_schedules", &from).await;
    shop.stripe.advance(Duration::from_secs(32 * DAY));
    assert_eq!(text(&shop.stripe.object(text(&first, "/id")), "/status"), "released");
    assert_eq!(shop.stripe.object(&subscription)["schedule"], Value::Null);

    let second = shop.api.make("/v1/subscription_schedules", &from).await;
    assert_eq!(shop.api.delete(&format!("/v1/subscriptions/{subscription}")).await.0, StatusCode::OK);
    assert_eq!(text(&shop.stripe.object(text(&second, "/id")), "/status"), "canceled");
    assert_eq!(shop.api.post("/v1/subscription_schedules", &from).await.0, StatusCode::BAD_REQUEST, "it has ended");
}
