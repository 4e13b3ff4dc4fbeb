//! Readers who repair a payment, change their tier, or go to the billing portal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    champion::{
        Subscription,
        renewal::{InvoiceStatus, RunningInvoice},
        subscribe,
    },
    ids::InvoiceId,
    ports::{BillingError, ChampionStore, InvoicePaid},
    stripe::SubscriptionStatus,
};
use pledge_testkit::{
    builders::{champion, level},
    http::HttpEvent,
    time::t,
};
use serde_json::{Value, json};
use support::{
    CANCEL, CHANGE, Handler, OWN, PAY, PORTAL, handler, latest, past_due, post, read, refusal, send, show, signed_in,
    sub_1, subscribed,
};
use time::Duration;

fn novel() -> Value {
    json!({ "novelId": 7 })
}

fn with_card() -> Value {
    json!({ "novelId": 7, "paymentMethodId": "pm_2" })
}

fn to_tier(level: i64) -> Value {
    json!({ "novelId": 7, "tierLevel": level })
}

async fn is_refused(handler: &Handler, path: &str, body: &Value, expected: (u16, &str)) {
    let (status, code) = refusal(handler, post(path, body)).await;
    assert_eq!((status, code.as_str()), expected, "{path} {body}");
}

#[tokio::test]
async fn an_open_invoice_is_shown_with_what_pays_it() {
    let handler = past_due().await;
    let body = json!({
        "status": "open",
        "invoiceId": "in_2",
        "amount": 300,
        "currency": "usd",
        "clientSecret": "pi_1_secret",
        "otherInvoices": [],
    });
    assert_eq!(read(&send(&handler, post(PAY, &novel())).await), (200, body));
}

#[tokio::test]
async fn an_open_invoice_is_paid_with_the_readers_card_which_pays_the_renewals_too() {
    let handler = past_due().await;
    let paid = json!({
        "status": "paid",
        "invoiceId": "in_2",
        "amount": 0,
        "currency": "usd",
        "clientSecret": null,
        "otherInvoices": [],
    });
    for _ in 0..2 {
        assert_eq!(read(&send(&handler, post(PAY, &with_card())).await), (200, paid.clone()), "paid meanwhile is paid");
    }
    let billing = &handler.champions.billing;
    assert_eq!(billing.payment_method(&sub_1()).unwrap().as_str(), "pm_2");
    assert_eq!(billing.calls().iter().filter(|call| **call == "pay_invoice").count(), 1);
}

#[tokio::test]
async fn a_card_that_asks_its_holder_and_one_that_takes_days_say_so() {
    for (outcome, status, secret) in [
        (InvoicePaid::NeedsCardholder, "requires_action", json!("pi_1_secret")),
        (InvoicePaid::Later, "processing", json!(null)),
    ] {
        let handler = past_due().await;
        handler.champions.billing.set_payment_outcome(outcome);
        let (code, body) = read(&send(&handler, post(PAY, &with_card())).await);
        assert_eq!(
            (code, &body["status"], &body["clientSecret"], &body["amount"]),
            (200, &json!(status), &secret, &json!(300))
        );
    }
}

#[tokio::test]
async fn a_declined_card_is_told_and_changes_nothing() {
    let handler = past_due().await;
    handler.champions.billing.fail_on("pay_invoice", BillingError::Declined { code: Some("expired_card".into()) });
    let (status, body) = read(&send(&handler, post(PAY, &with_card())).await);
    let message = "The card was declined: expired_card. Stripe may try again by itself; another card pays at once.";
    assert_eq!((status, &body["code"], &body["message"]), (402, &json!("CARD_DECLINED"), &json!(message)));
    assert_eq!(handler.champions.billing.payment_method(&sub_1()), None);
}

#[tokio::test]
async fn what_was_never_open_cant_be_paid() {
    let nobody = handler();
    is_refused(&nobody, PAY, &novel(), (404, "SUBSCRIPTION_NOT_FOUND")).await;
    let handler = subscribed().await;
    is_refused(&handler, PAY, &novel(), (409, "NOTHING_TO_PAY")).await;
    for status in [InvoiceStatus::Draft, InvoiceStatus::Paid, InvoiceStatus::Dead] {
        latest(&handler, "in_1", status);
        is_refused(&handler, PAY, &with_card(), (409, "NOTHING_TO_PAY")).await;
    }
}

#[tokio::test]
async fn another_tier_is_looked_at_and_chosen_and_the_choice_undone() {
    let handler = subscribed().await;
    let mut body = to_tier(5);
    body["preview"] = true.into();
    let mut expected = json!({
        "preview": true,
        "subscriptionId": "sub_1",
        "tierLevel": 5,
        "renewsAt": "2023-12-15T22:13:20Z",
        "amount": 1500,
        "currency": "usd",
    });
    assert_eq!(read(&send(&handler, post(CHANGE, &body)).await), (200, expected.clone()));
    assert_eq!(handler.champions.billing.goes_on_at(&sub_1()), None, "a preview changes nothing");

    expected["preview"] = false.into();
    assert_eq!(read(&send(&handler, post(CHANGE, &to_tier(5))).await), (200, expected));
    assert_eq!(handler.champions.billing.goes_on_at(&sub_1()).unwrap().as_str(), "price_7_5_1500");
    is_refused(&handler, CHANGE, &to_tier(5), (409, "CHANGE_NOT_POSSIBLE")).await;
    assert_eq!(send(&handler, post(CHANGE, &to_tier(2))).await.status(), 200, "the next renewal's tier is what counts");
}

#[tokio::test]
async fn the_tier_stays_while_something_is_in_the_way() {
    let nobody = handler();
    is_refused(&nobody, CHANGE, &to_tier(5), (404, "SUBSCRIPTION_NOT_FOUND")).await;
    is_refused(&nobody, CHANGE, &to_tier(14), (404, "TIER_NOT_FOUND")).await;
    is_refused(&past_due().await, CHANGE, &to_tier(5), (409, "CHANGE_NOT_POSSIBLE")).await;
    is_refused(&subscribed().await, CHANGE, &to_tier(2), (409, "CHANGE_NOT_POSSIBLE")).await;

    let cancelled = subscribed().await;
    send(&cancelled, post(CANCEL, &novel())).await;
    is_refused(&cancelled, CHANGE, &to_tier(5), (409, "CHANGE_NOT_POSSIBLE")).await;

    let renewing = subscribed().await;
    let draft = RunningInvoice { id: InvoiceId::parse("in_2").unwrap(), status: InvoiceStatus::Draft };
    renewing.champions.billing.set_running(&sub_1(), draft);
    is_refused(&renewing, CHANGE, &to_tier(5), (409, "CHANGE_NOT_POSSIBLE")).await;
}

#[tokio::test]
async fn the_portal_is_opened_for_who_pays_and_its_card_pays_from_then_on() {
    let handler = subscribed().await;
    let body = json!({ "novelId": 7, "locale": "zh-HK" });
    let url = "https://billing.example.com/cus_a?back=https://example.com/zh-HK/account";
    assert_eq!(read(&send(&handler, post(PORTAL, &body)).await), (200, json!({ "url": url })));
    assert!(handler.champions.billing.customer_pays(&sub_1()));
}

#[tokio::test]
async fn the_portal_needs_a_customer_and_a_registered_configuration() {
    is_refused(&handler(), PORTAL, &novel(), (404, "CUSTOMER_NOT_FOUND")).await;
    let handler = subscribed().await;
    handler.champions.billing.have_no_portal();
    is_refused(&handler, PORTAL, &novel(), (503, "PORTAL_NOT_CONFIGURED")).await;
    assert!(!handler.champions.billing.customer_pays(&sub_1()), "without a portal the card stays where it is");
}

#[tokio::test]
async fn a_subscription_that_ended_meanwhile_is_gone() {
    for (path, body) in [(PAY, with_card()), (CHANGE, to_tier(5))] {
        let handler = subscribed().await;
        handler.champions.billing.set_status(&sub_1(), SubscriptionStatus::Canceled);
        is_refused(&handler, path, &body, (404, "SUBSCRIPTION_NOT_FOUND")).await;
    }
}

#[tokio::test]
async fn the_status_says_what_failed_and_what_is_charged_next() {
    let handler = past_due().await;
    send(&handler, post(PAY, &novel())).await;
    let (_, status) = read(&send(&handler, show("novelId=7")).await);
    let open = json!({
        "invoiceId": "in_2",
        "tierLevel": 2,
        "amount": 300,
        "currency": "usd",
        "failedAt": "2023-11-14T22:13:29Z",
    });
    assert_eq!((&status["openInvoice"], &status["subscriptionStatus"]), (&open, &json!("past_due")));

    let handler = subscribed().await;
    assert_eq!(
        read(&send(&handler, show("novelId=7")).await).1["nextRenewal"],
        json!(null),
        "nobody has said when yet"
    );
    let period_end = Some(t(0) + Duration::days(31));
    let news = Subscription { period_end, tier: Some(level(5)), ..Subscription::running(sub_1(), None) };
    let observe = |account| subscribe::observe(account, &news, &[], t(0));
    handler.champions.store.step(&champion("ada"), t(0), observe).await.unwrap();
    let next = json!({ "date": "2023-12-15T22:13:20Z", "tierLevel": 5, "amount": 1500, "currency": "usd" });
    assert_eq!(read(&send(&handler, show("novelId=7")).await).1["nextRenewal"], next);
}

#[tokio::test]
async fn a_reader_sees_everything_that_they_support() {
    let (status, body) = read(&send(&handler(), signed_in(HttpEvent::get(OWN))).await);
    assert_eq!((status, body), (200, json!({ "champions": [] })));
    let handler = subscribed().await;
    let (_, body) = read(&send(&handler, signed_in(HttpEvent::get(OWN))).await);
    let one = &body["champions"][0];
    let status = &one["status"];
    assert_eq!((&status["novelId"], &status["tierLevel"], &status["isActive"]), (&json!(7), &json!(2), &json!(true)));
    let segment = json!({ "tierLevel": 2, "start": "2023-11-14T22:13:20Z", "end": "2023-12-15T22:13:20Z" });
    assert_eq!(one["segments"], json!([segment]));
}
