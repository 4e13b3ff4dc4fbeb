//! The invoices of renewals: the draft, its end by the clock or by hand, and who may pay it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::stripe::BillingSettings;
use reqwest::StatusCode;
use serde_json::{Value, json};
use support::shop::{DAY, HOUR, NOVEMBER, Shop};
use support::text;

/// Returns the renewal's invoice, which is still a draft.
async fn draft(shop: &Shop) -> (String, String) {
    let subscription = shop.active().await;
    shop.stripe.advance(Duration::from_secs(31 * DAY));
    let invoice = text(&shop.stripe.object(&subscription), "/latest_invoice").to_owned();
    assert_eq!(shop.stripe.object(&invoice)["status"], "draft");
    (subscription, invoice)
}

#[tokio::test]
async fn the_invoice_of_a_renewal_is_a_draft_for_an_hour() {
    let shop = Shop::open().await;
    let seen = shop.stripe.events().len();
    let (subscription, id) = draft(&shop).await;
    assert_eq!(shop.status(&subscription), "active", "with the new period, which nobody has paid");
    let invoice = shop.api.read(&format!("/v1/invoices/{id}")).await;
    assert_eq!(invoice["auto_advance"], true);
    assert_eq!(invoice["automatically_finalizes_at"], NOVEMBER + 3600);
    assert_eq!(invoice["next_payment_attempt"], NOVEMBER + 3600);
    assert_eq!(
        (&invoice["number"], &invoice["effective_at"], &invoice["attempted"]),
        (&json!(null), &json!(null), &json!(false))
    );
    let expanded = shop.api.read(&format!("/v1/invoices/{id}?expand[]=confirmation_secret")).await;
    assert_eq!(expanded["confirmation_secret"], json!(null), "there is nothing to pay yet");
    let types = shop.since(seen);
    assert_eq!(types[types.len() - 2..], ["invoice.created", "customer.subscription.updated"]);

    shop.stripe.advance(Duration::from_secs(HOUR - 1));
    assert_eq!(shop.stripe.object(&id)["status"], "draft");
    shop.stripe.advance(Duration::from_secs(1));
    let paid = shop.stripe.object(&id);
    assert_eq!((text(&paid, "/status"), &paid["automatically_finalizes_at"]), ("paid", &json!(null)));
    assert_eq!(paid["status_transitions"]["paid_at"], NOVEMBER + 3600);
    assert_eq!(paid["attempt_count"], 1);
}

#[tokio::test]
async fn a_test_may_have_a_renewal_charged_at_once() {
    let shop = Shop::open().await;
    let settings = json!({ "draft_seconds": 0 });
    let control = format!("{}/_control/billing/settings", shop.api.base);
    let said: Value = shop.api.http.post(control).json(&settings).send().await.unwrap().json().await.unwrap();
    assert_eq!(said["after_retries"], "cancel", "what isn't said has its default");
    let subscription = shop.active().await;
    shop.stripe.advance(Duration::from_secs(31 * DAY));
    let invoice = shop.stripe.objects("invoice").remove(0);
    assert_eq!((text(&invoice, "/status"), shop.status(&subscription).as_str()), ("paid", "active"));
}

#[tokio::test]
async fn a_draft_is_finalized_by_hand_without_being_collected_and_voided_then() {
    let shop = Shop::open().await;
    let (_, id) = draft(&shop).await;
    let path = format!("/v1/invoices/{id}");
    let (status, error) = shop.api.post(&format!("{path}/void"), &[]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["error"]["message"], "You can only pass in open invoices. This invoice isn't open.");

    let open = shop.api.make(&format!("{path}/finalize"), &[("auto_advance", "false")]).await;
    assert_eq!(
        (text(&open, "/status"), &open["next_payment_attempt"], &open["attempted"]),
        ("open", &json!(null), &json!(false))
    );
    let (_, error) = shop.api.post(&format!("{path}/finalize"), &[]).await;
    assert_eq!(
        error["error"]["message"],
        "This invoice is already finalized, you can't re-finalize a non-draft invoice."
    );
    shop.stripe.advance(Duration::from_secs(2 * DAY));
    assert_eq!(shop.stripe.object(&id)["status"], "open", "nobody collects it");

    let void = shop.api.make(&format!("{path}/void"), &[]).await;
    assert_eq!((text(&void, "/status"), &void["amount_paid"]), ("void", &json!(0)));
    assert!(shop.stripe.event_types().ends_with(&["payment_intent.canceled".into(), "invoice.voided".into()]));
    let (status, _) = shop.api.post(&format!("{path}/pay"), &[]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn automatic_collection_can_be_turned_off_and_on() {
    let shop = Shop::open().await;
    let (_, id) = draft(&shop).await;
    let path = format!("/v1/invoices/{id}");
    let off = shop.api.make(&path, &[("auto_advance", "false")]).await;
    assert_eq!((&off["automatically_finalizes_at"], &off["next_payment_attempt"]), (&json!(null), &json!(null)));
    shop.stripe.advance(Duration::from_secs(DAY));
    assert_eq!(shop.stripe.object(&id)["status"], "draft");
    shop.api.make(&path, &[("auto_advance", "true")]).await;
    shop.stripe.advance(Duration::ZERO);
    assert_eq!(shop.stripe.object(&id)["status"], "paid", "its hour was over");
}

#[tokio::test]
async fn a_draft_that_is_paid_by_hand_is_finalized_first() {
    let shop = Shop::open().await;
    let (_, id) = draft(&shop).await;
    let paid = shop.api.make(&format!("/v1/invoices/{id}/pay"), &[]).await;
    assert_eq!((text(&paid, "/status"), &paid["attempt_count"]), ("paid", &json!(1)));
    let (status, error) = shop.api.post(&format!("/v1/invoices/{id}/pay"), &[]).await;
    assert_eq!((status, text(&error, "/error/message")), (StatusCode::BAD_REQUEST, "Invoice is already paid"));
}

#[tokio::test]
async fn cancelling_stops_the_collection_of_what_is_open_but_not_of_a_draft() {
    let shop = Shop::open().await;
    shop.stripe.set_billing(BillingSettings { retry_seconds: vec![40 * 86_400], ..BillingSettings::default() });
    let subscription = shop.active().await;
    shop.stripe.replace_card(&shop.customer, "pm_card_chargeCustomerFail").unwrap();
    shop.stripe.advance(Duration::from_secs(61 * DAY));
    let invoices = shop.stripe.objects("invoice");
    assert_eq!((text(&invoices[0], "/status"), text(&invoices[1], "/status")), ("draft", "open"));
    shop.stripe.replace_card(&shop.customer, "pm_card_visa").unwrap();

    assert_eq!(shop.api.delete(&format!("/v1/subscriptions/{subscription}")).await.0, StatusCode::OK);
    let open = shop.stripe.object(text(&invoices[1], "/id"));
    assert_eq!((&open["auto_advance"], &open["next_payment_attempt"]), (&json!(false), &json!(null)));
    shop.stripe.advance(Duration::from_secs(60 * DAY));
    assert_eq!(shop.stripe.object(text(&invoices[0], "/id"))["status"], "paid", "charged after the cancellation");
    assert_eq!(shop.stripe.object(text(&invoices[1], "/id"))["status"], "open");
    assert_eq!(shop.status(&subscription), "canceled", "a payment doesn't bring it back");
}

#[tokio::test]
async fn an_invoice_is_paid_with_a_method_of_its_own_customer_only() {
    let shop = Shop::open().await;
    let (_, id) = draft(&shop).await;
    let other = shop.api.make("/v1/customers", &[("email", "al@example.com")]).await;
    let attach = [("customer", text(&other, "/id"))];
    let foreign = shop.api.make("/v1/payment_methods/pm_card_mastercard/attach", &attach).await;
    let path = format!("/v1/invoices/{id}/pay");
    let (status, error) = shop.api.post(&path, &[("payment_method", text(&foreign, "/id"))]).await;
    assert_eq!((status, text(&error, "/error/param")), (StatusCode::BAD_REQUEST, "payment_method"));
    let attach = [("customer", shop.customer.as_str())];
    let own = shop.api.make("/v1/payment_methods/pm_card_mastercard/attach", &attach).await;
    let paid = shop.api.make(&path, &[("payment_method", text(&own, "/id"))]).await;
    assert_eq!(paid["status"], "paid");
    let intent = &shop.stripe.objects("payment_intent")[0];
    assert_eq!(intent["payment_method"], own["id"]);
}

#[tokio::test]
async fn invoices_are_listed_by_status() {
    let shop = Shop::open().await;
    let (subscription, id) = draft(&shop).await;
    let list = async |status: &str| {
        let path = format!("/v1/invoices?subscription={subscription}&status={status}");
        let listed = shop.api.read(&path).await;
        listed["data"].as_array().unwrap().iter().map(|one| text(one, "/id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("draft").await, [id.as_str()]);
    assert_eq!(list("open").await, [] as [&str; 0]);
    shop.api.make(&format!("/v1/invoices/{id}/finalize"), &[("auto_advance", "false")]).await;
    assert_eq!(list("open").await, [id.as_str()]);
    shop.api.make(&format!("/v1/invoices/{id}/mark_uncollectible"), &[]).await;
    assert_eq!(list("uncollectible").await, [id.as_str()]);
}
