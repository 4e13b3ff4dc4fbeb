//! The lines of invoices: several items, prorations, more lines than an event shows, trials, coupons; and invoices that
//! several payments pay.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::stripe::WebhookTarget;
use reqwest::StatusCode;
use serde_json::{Value, json};
use support::receiver::Receiver;
use support::shop::{DAY, DECEMBER, HOUR, NOVEMBER, OCTOBER, Shop};
use support::{PATIENCE, text, types};

fn amounts(invoice: &Value) -> Vec<i64> {
    let lines = invoice["lines"]["data"].as_array().unwrap();
    lines.iter().map(|line| line["amount"].as_i64().unwrap()).collect()
}

/// Changes the price of a subscription's first item.
async fn change(shop: &Shop, subscription: &str, price: &str, proration: &str) -> Value {
    let item = text(&shop.stripe.object(subscription), "/items/data/0/id").to_owned();
    let params = [("items[0][id]", item.as_str()), ("items[0][price]", price), ("proration_behavior", proration)];
    shop.api.make(&format!("/v1/subscriptions/{subscription}"), &params).await
}

async fn half_a_month(shop: &Shop) {
    shop.stripe.advance(Duration::from_secs(31 * DAY / 2));
}

#[tokio::test]
async fn a_subscription_can_have_several_items_each_with_a_line() {
    let shop = Shop::open().await;
    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    let other = Shop::price(&shop.api, "900", "extra").await;
    let params = [("customer", shop.customer.as_str()), ("items[0][price]", &shop.price), ("items[1][price]", &other)];
    let subscription = shop.api.make("/v1/subscriptions", &params).await;
    let invoice = shop.stripe.object(text(&subscription, "/latest_invoice"));
    assert_eq!((amounts(&invoice), &invoice["amount_paid"]), (vec![500, 900], &json!(1400)));
    let items = subscription["items"]["data"].as_array().unwrap();
    for (line, item) in invoice["lines"]["data"].as_array().unwrap().iter().zip(items) {
        assert_eq!(line["parent"]["subscription_item_details"]["subscription_item"], item["id"]);
    }
}

#[tokio::test]
async fn prorations_wait_for_the_renewal_and_have_lines_of_their_own() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let dearer = Shop::price(&shop.api, "1000", "tier_4").await;
    half_a_month(&shop).await;
    change(&shop, &id, &dearer, "create_prorations").await;
    half_a_month(&shop).await;
    let renewal = shop.stripe.objects("invoice").remove(0);
    let mut sorted = amounts(&renewal);
    sorted.sort_unstable();
    assert_eq!(sorted, [-250, 500, 1000], "unused, remaining, and the new month");
    for line in renewal["lines"]["data"].as_array().unwrap() {
        let details = &line["parent"]["subscription_item_details"];
        let own = line["amount"] == 1000;
        assert_eq!(details["proration"], !own);
        assert_eq!(details["invoice_item"].is_null(), own);
        let credited = &details["proration_details"]["credited_items"];
        assert_eq!(credited["invoice_line_items"].is_array(), line["amount"] == -250);
        let period = if own { (NOVEMBER, DECEMBER) } else { ((OCTOBER + NOVEMBER) / 2, NOVEMBER) };
        assert_eq!(line["period"], json!({ "start": period.0, "end": period.1 }));
    }
    assert_eq!((&renewal["period_start"], &renewal["period_end"]), (&json!(OCTOBER), &json!(NOVEMBER)));
}

#[tokio::test]
async fn a_cheaper_plan_at_once_is_a_credit_that_the_next_invoice_uses() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let cheaper = Shop::price(&shop.api, "100", "tier_1").await;
    half_a_month(&shop).await;
    change(&shop, &id, &cheaper, "always_invoice").await;
    let credit = shop.stripe.objects("invoice").remove(0);
    assert_eq!((&credit["total"], &credit["amount_due"], text(&credit, "/status")), (&json!(-200), &json!(0), "paid"));
    assert_eq!(shop.stripe.object(&shop.customer)["balance"], -200);
    shop.stripe.advance(Duration::from_secs(31 * DAY / 2 + HOUR));
    let renewal = shop.stripe.objects("invoice").remove(0);
    assert_eq!(
        (&renewal["total"], &renewal["amount_paid"], text(&renewal, "/status")),
        (&json!(100), &json!(0), "paid")
    );
    assert_eq!((&renewal["starting_balance"], &renewal["ending_balance"]), (&json!(-200), &json!(-100)));
}

#[tokio::test]
async fn an_event_shows_ten_lines_and_says_that_there_are_more() {
    let shop = Shop::open().await;
    let receiver = Receiver::start("whsec_a").await;
    shop.stripe.add_webhook(WebhookTarget::new(&receiver.url, "whsec_a"));
    let id = shop.active().await;
    for number in 0..12 {
        let amount = (100 + number).to_string();
        let params =
            [("customer", shop.customer.as_str()), ("subscription", &id), ("amount", &amount), ("currency", "usd")];
        shop.api.make("/v1/invoiceitems", &params).await;
    }
    shop.stripe.advance(Duration::from_secs(31 * DAY + HOUR));
    assert!(shop.stripe.wait_until_idle(PATIENCE).await);
    let got = receiver.got();
    let paid = got.iter().rfind(|received| received.event["type"] == "invoice.paid").unwrap();
    let invoice = &paid.event["data"]["object"];
    assert_eq!((&invoice["lines"]["has_more"], &invoice["lines"]["total_count"]), (&json!(true), &json!(13)));
    assert_eq!(amounts(invoice), (102..112).rev().collect::<Vec<_>>(), "the newest first; the month isn't among them");
    let first = &invoice["lines"]["data"][0]["parent"];
    assert_eq!(
        (text(first, "/type"), &first["invoice_item_details"]["subscription"]),
        ("invoice_item_details", &json!(id))
    );

    let path = format!("/v1/invoices/{}/lines?limit=100", text(invoice, "/id"));
    let lines = shop.api.read(&path).await;
    assert_eq!(lines["data"].as_array().unwrap().len(), 13);
    assert_eq!(lines["data"][12]["parent"]["type"], "subscription_item_details");
    assert_eq!(invoice["amount_paid"], 500 + (100..112).sum::<i64>());
}

#[tokio::test]
async fn an_invoice_can_be_paid_in_parts() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    shop.stripe.advance(Duration::from_secs(31 * DAY));
    let invoice = text(&shop.stripe.object(&id), "/latest_invoice").to_owned();
    shop.api.make(&format!("/v1/invoices/{invoice}/finalize"), &[("auto_advance", "false")]).await;
    let seen = shop.stripe.events().len();
    shop.stripe.pay_invoice_in(&invoice, &[200]).unwrap();
    let open = shop.stripe.object(&invoice);
    assert_eq!(
        (text(&open, "/status"), &open["amount_paid"], &open["amount_remaining"]),
        ("open", &json!(200), &json!(300))
    );
    assert_eq!(types(&shop.stripe.events()[seen..]).last(), Some(&"invoice_payment.paid"));

    shop.stripe.pay_invoice_in(&invoice, &[300]).unwrap();
    let paid = shop.stripe.object(&invoice);
    assert_eq!((text(&paid, "/status"), &paid["amount_paid"]), ("paid", &json!(500)));
    let payments = shop.api.read(&format!("/v1/invoice_payments?invoice={invoice}")).await;
    let stand: Vec<_> = payments["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "/status"), one["is_default"].as_bool().unwrap(), one["amount_paid"].as_i64()))
        .collect();
    assert_eq!(stand, [("paid", false, Some(300)), ("paid", false, Some(200)), ("canceled", true, None)]);
}

#[tokio::test]
async fn a_payment_that_succeeded_before_counts_when_it_is_attached() {
    let shop = Shop::open().await;
    let subscription = shop.subscribe().await;
    let invoice = text(&subscription, "/latest_invoice/id").to_owned();
    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    let method = text(&shop.stripe.object(&shop.customer), "/invoice_settings/default_payment_method").to_owned();
    let params = [
        ("amount", "600"),
        ("currency", "usd"),
        ("customer", &shop.customer),
        ("payment_method", &method),
        ("confirm", "true"),
        ("off_session", "true"),
    ];
    let intent = shop.api.make("/v1/payment_intents", &params).await;
    let path = format!("/v1/invoices/{invoice}/attach_payment");
    let paid = shop.api.make(&path, &[("payment_intent", text(&intent, "/id"))]).await;
    assert_eq!((text(&paid, "/status"), &paid["amount_overpaid"]), ("paid", &json!(100)));
    assert_eq!(shop.status(text(&subscription, "/id")), "active");
    assert_eq!(shop.api.post(&path, &[("payment_intent", text(&intent, "/id"))]).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_trial_begins_with_an_invoice_of_nothing() {
    let shop = Shop::open().await;
    let params = [
        ("customer", shop.customer.as_str()),
        ("items[0][price]", &shop.price),
        ("trial_period_days", "14"),
        ("payment_behavior", "default_incomplete"),
    ];
    let subscription = shop.api.make("/v1/subscriptions", &params).await;
    let id = text(&subscription, "/id");
    assert_eq!(
        (text(&subscription, "/status"), &subscription["trial_end"]),
        ("trialing", &json!(OCTOBER + 14 * 86_400))
    );
    assert_eq!(shop.end(id), OCTOBER + 14 * 86_400);
    let invoice = shop.stripe.object(text(&subscription, "/latest_invoice"));
    assert_eq!(
        (text(&invoice, "/status"), &invoice["amount_paid"], &invoice["attempt_count"]),
        ("paid", &json!(0), &json!(0))
    );
    assert_eq!(shop.stripe.objects("payment_intent"), [] as [Value; 0]);

    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    shop.stripe.advance(Duration::from_secs(14 * DAY));
    assert_eq!(shop.status(id), "active");
    shop.stripe.advance(Duration::from_secs(HOUR));
    let first = shop.stripe.objects("invoice").remove(0);
    assert_eq!((text(&first, "/billing_reason"), &first["amount_paid"]), ("subscription_cycle", &json!(500)));
}

#[tokio::test]
async fn a_coupon_can_make_the_first_month_free() {
    for (duration, second) in [("once", 500), ("forever", 0)] {
        let shop = Shop::open().await;
        shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
        let coupon = shop.api.make("/v1/coupons", &[("percent_off", "100"), ("duration", duration)]).await;
        let params = [
            ("customer", shop.customer.as_str()),
            ("items[0][price]", &shop.price),
            ("discounts[0][coupon]", text(&coupon, "/id")),
        ];
        let subscription = shop.api.make("/v1/subscriptions", &params).await;
        assert_eq!(subscription["status"], "active");
        let first = shop.stripe.object(text(&subscription, "/latest_invoice"));
        assert_eq!((&first["subtotal"], &first["total"], text(&first, "/status")), (&json!(500), &json!(0), "paid"));
        assert_eq!(first["total_discount_amounts"][0]["amount"], 500);
        let line = &first["lines"]["data"][0];
        assert_eq!((&line["amount"], &line["discount_amounts"][0]["amount"]), (&json!(500), &json!(500)));
        shop.stripe.advance(Duration::from_secs(31 * DAY + HOUR));
        assert_eq!(shop.stripe.objects("invoice")[0]["amount_paid"], second, "{duration}");
    }
}
