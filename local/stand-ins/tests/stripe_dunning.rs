//! Renewals that nobody pays, payments that revive their subscription, and paused collection.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::stripe::{AfterRetries, BillingSettings};
use reqwest::StatusCode;
use serde_json::json;
use support::shop::{DAY, HOUR, Shop};
use support::{text, types};

/// Returns a shop whose only subscription can't be renewed.
async fn failing(after_retries: AfterRetries, card: &str) -> (Shop, String) {
    let shop = Shop::open().await;
    shop.stripe.set_billing(BillingSettings { after_retries, ..BillingSettings::default() });
    let subscription = shop.active().await;
    shop.stripe.replace_card(&shop.customer, card).unwrap();
    shop.stripe.advance(Duration::from_secs(31 * DAY + HOUR));
    assert_eq!(shop.status(&subscription), "past_due");
    (shop, subscription)
}

/// Moves the clock until all attempts have failed.
fn give_up(shop: &Shop) {
    shop.stripe.advance(Duration::from_secs((3 + 5 + 7) * DAY));
}

fn latest_invoice(shop: &Shop, subscription: &str) -> String {
    text(&shop.stripe.object(subscription), "/latest_invoice").to_owned()
}

#[tokio::test]
async fn an_unpaid_subscription_stays_with_drafts_that_nobody_collects() {
    let (shop, id) = failing(AfterRetries::MarkUnpaid, "pm_card_chargeCustomerFail").await;
    let first = latest_invoice(&shop, &id);
    give_up(&shop);
    assert_eq!(shop.status(&id), "unpaid");
    let invoice = shop.stripe.object(&first);
    assert_eq!((text(&invoice, "/status"), &invoice["auto_advance"]), ("open", &json!(false)));
    assert_eq!((&invoice["attempt_count"], &invoice["next_payment_attempt"]), (&json!(4), &json!(null)));

    shop.stripe.advance(Duration::from_secs(31 * DAY));
    let second = latest_invoice(&shop, &id);
    assert_ne!(first, second);
    let draft = shop.stripe.object(&second);
    assert_eq!((text(&draft, "/status"), &draft["auto_advance"]), ("draft", &json!(false)));

    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    shop.api.make(&format!("/v1/invoices/{first}/pay"), &[]).await;
    assert_eq!(shop.status(&id), "unpaid", "an older invoice doesn't revive it");
    shop.api.make(&format!("/v1/invoices/{second}/pay"), &[]).await;
    assert_eq!(shop.status(&id), "active");
}

#[tokio::test]
async fn a_subscription_may_be_left_past_due() {
    let (shop, id) = failing(AfterRetries::LeavePastDue, "pm_card_chargeCustomerFail").await;
    give_up(&shop);
    assert_eq!(shop.status(&id), "past_due");
    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    shop.stripe.advance(Duration::from_secs(31 * DAY + HOUR));
    assert_eq!(shop.status(&id), "active", "the next renewal is collected as ever");
}

#[tokio::test]
async fn paying_by_hand_revives_and_leaves_the_schedule_of_retries_alone() {
    let (shop, id) = failing(AfterRetries::Cancel, "pm_card_chargeCustomerFail").await;
    let invoice = latest_invoice(&shop, &id);
    let planned = shop.stripe.object(&invoice)["next_payment_attempt"].clone();
    let path = format!("/v1/invoices/{invoice}/pay");
    let (status, error) = shop.api.post(&path, &[]).await;
    assert_eq!((status, text(&error, "/error/type")), (StatusCode::PAYMENT_REQUIRED, "card_error"));
    let after = shop.stripe.object(&invoice);
    assert_eq!((&after["attempt_count"], &after["next_payment_attempt"]), (&json!(1), &planned));

    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();
    let seen = shop.stripe.events().len();
    shop.api.make(&path, &[]).await;
    assert_eq!(shop.status(&id), "active");
    assert_eq!(
        shop.since(seen),
        ["invoice.paid", "invoice.payment_succeeded", "invoice_payment.paid", "customer.subscription.updated"],
    );
}

#[tokio::test]
async fn a_renewal_whose_bank_asks_for_the_customer_waits_for_them() {
    let (shop, id) = failing(AfterRetries::Cancel, "pm_card_authenticationRequired").await;
    let events = shop.stripe.events();
    assert_eq!(
        types(&events)[events.len() - 4..],
        [
            "payment_intent.requires_action",
            "invoice.payment_action_required",
            "invoice.payment_failed",
            "customer.subscription.updated"
        ]
    );
    let path = format!("/v1/invoices/{}?expand[]=confirmation_secret", latest_invoice(&shop, &id));
    let secret = text(&shop.api.read(&path).await, "/confirmation_secret/client_secret").to_owned();
    let intent = secret.split("_secret_").next().unwrap();
    assert_eq!(shop.stripe.object(intent)["status"], "requires_action");

    let (status, error) = shop.api.post(&format!("/v1/invoices/{}/pay", latest_invoice(&shop, &id)), &[]).await;
    assert_eq!(status, StatusCode::PAYMENT_REQUIRED);
    assert_eq!(error["error"]["code"], "invoice_payment_intent_requires_action");
    shop.stripe.authenticate(intent, true).unwrap();
    assert_eq!(shop.status(&id), "active");
}

#[tokio::test]
async fn a_card_that_is_confirmed_in_the_browser_revives_too() {
    let (shop, id) = failing(AfterRetries::Cancel, "pm_card_chargeCustomerFail").await;
    let path = format!("/v1/invoices/{}?expand[]=confirmation_secret", latest_invoice(&shop, &id));
    let secret = text(&shop.api.read(&path).await, "/confirmation_secret/client_secret").to_owned();
    assert_eq!(shop.confirm(&secret, "pm_card_visa").await.0, StatusCode::OK);
    assert_eq!(shop.status(&id), "active");
}

#[tokio::test]
async fn paused_collection_leaves_the_subscription_active() {
    for (behavior, status) in [("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible"), ("void", "void")] {
        let shop = Shop::open().await;
        let id = shop.active().await;
        let path = format!("/v1/subscriptions/{id}");
        let paused = shop.api.make(&path, &[("pause_collection[behavior]", behavior)]).await;
        assert_eq!(paused["pause_collection"], json!({ "behavior": behavior, "resumes_at": null }));
        assert_eq!(shop.stripe.event_types().last().unwrap(), "customer.subscription.updated");
        shop.stripe.advance(Duration::from_secs(32 * DAY));
        assert_eq!(shop.status(&id), "active", "{behavior}");
        let invoice = shop.stripe.object(&latest_invoice(&shop, &id));
        assert_eq!((text(&invoice, "/status"), &invoice["auto_advance"]), (status, &json!(false)));

        shop.api.make(&path, &[("pause_collection", "")]).await;
        shop.stripe.advance(Duration::from_secs(31 * DAY));
        assert_eq!(shop.stripe.object(&latest_invoice(&shop, &id))["status"], "paid", "{behavior}");
        assert_eq!(shop.stripe.object(text(&invoice, "/id"))["status"], status, "what was paused stays so");
    }
}

#[tokio::test]
async fn a_pause_can_end_by_itself() {
    let shop = Shop::open().await;
    let id = shop.active().await;
    let path = format!("/v1/subscriptions/{id}");
    let now = shop.stripe.clock().now();
    let (status, _) =
        shop.api.post(&path, &[("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", "1")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let at = (now + 40 * 86_400).to_string();
    shop.api.make(&path, &[("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", &at)]).await;
    shop.stripe.advance(Duration::from_secs(62 * DAY));
    assert_eq!(shop.stripe.object(&id)["pause_collection"], json!(null));
    let list = shop.stripe.objects("invoice");
    assert_eq!(list.iter().map(|one| text(one, "/status")).collect::<Vec<_>>(), ["paid", "void", "paid"]);
}
