//! Years of a reader's support of a novel, on a real database and a strict stand-in for Stripe, in both generations of
//! payloads.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod cancelling;
mod environment;
mod repairs;

use std::{sync::Arc, time::Duration};

use environment::{TestEnvironment, ask, intent_of};
use pledge_stand_ins::Fault;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const SINCE_BASIL: &str = "2026-09-30.endive";
const BEFORE_BASIL: &str = "2024-06-20";

const LEDGER: &str = "select subscription_type || ' ' || tier_level || ' ' || payment_status
    from user_champion_subscription_record order by start_date, end_date, id";

fn wish(tier: i64) -> Value {
    json!({ "tierLevel": tier, "autoRenew": true })
}

async fn a_subscription_from_start_to_end(api_version: &str) {
    let environment = TestEnvironment::start(api_version).await;
    let (status, made) = environment.ask("subscription", &wish(2)).await;
    assert_eq!((status, &made["status"]), (201, &json!("incomplete")));
    let intent = intent_of(&made);
    environment.confirm(&intent, "pm_card_authenticationRequired").await;
    assert_eq!(environment.standing().await["isActive"], false, "3-D Secure is open: nothing is granted");
    assert_eq!(environment.ask("subscription", &wish(2)).await.1["subscriptionId"], made["subscriptionId"]);
    environment.stripe.authenticate(&intent, true).unwrap();
    environment.settle().await;
    let standing = environment.standing().await;
    assert_eq!((&standing["isActive"], &standing["autoRenew"]), (&json!(true), &json!(true)));
    let (status, refusal) = environment.ask("subscription", &wish(2)).await;
    assert_eq!((status, &refusal["code"]), (400, &json!("ALREADY_SUBSCRIBED")));

    // Two renewals, a purchase of the same tier and one of a higher tier before the next.
    let customer = environment.rows("select stripe_customer_id from users").await.remove(0);
    environment.stripe.replace_card(&customer, "pm_card_visa").unwrap();
    environment.days(63).await;
    for tier in [2, 4] {
        let (status, bought) = environment.ask("purchase", &json!({ "tierLevel": tier })).await;
        assert_eq!(status, 201, "{bought}");
        environment.confirm(&intent_of(&bought), "pm_card_visa").await;
    }
    assert_eq!(environment.standing().await["tierLevel"], 4);

    // A renewal that is refused takes nothing away, and recovers.
    let end = environment.standing().await["endDate"].clone();
    environment.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    environment.days(31).await;
    let failed = "select 1::text from payment_record where kind = 'renewal' and status = 'failed'";
    assert_eq!(environment.rows(failed).await.len(), 1);
    assert_eq!(environment.standing().await["endDate"], end);
    environment.stripe.replace_card(&customer, "pm_card_visa").unwrap();
    environment.days(10).await;
    assert_eq!(environment.rows(failed).await, [""; 0]);

    // Cancelled and resumed, refunded, cancelled for good.
    for (action, renews) in [("subscription/cancel", false), ("subscription/resume", true)] {
        let (status, standing) = environment.ask(action, &json!({})).await;
        assert_eq!((status, &standing["autoRenew"]), (200, &json!(renews)), "{standing}");
    }
    environment.stripe.refund(&intent, None).unwrap();
    environment.settle().await;
    environment.ask("subscription/cancel", &json!({})).await;
    environment.days(40).await;
    let (status, _) = environment.ask("subscription/resume", &json!({})).await;
    assert_eq!(status, 404, "it is over");

    let mut ledger = environment.rows(LEDGER).await;
    ledger.sort();
    let expected = [
        // The refunded month was the first one, so the next one begins the support.
        "extend 2 completed",
        "new 2 refunded",
        "renew 2 completed",
        "renew 2 completed",
        "renew 2 completed",
        "upgrade 4 completed",
    ];
    assert_eq!(ledger, expected);
    let metrics =
        environment.rows("select metric || ' ' || count(*) from outbox group by metric order by metric").await;
    let expected = [
        "champion_cancelled 1",
        "champion_extended 1",
        "champion_payment_failed 1",
        "champion_refunded 1",
        "champion_renewed 3",
        "champion_started 1",
        "champion_upgraded 1",
    ];
    assert_eq!(metrics, expected);
    assert_eq!(environment.rows("select reason from stripe_event where outcome = 'parked'").await, [""; 0]);
    assert_eq!(environment.stripe.objects("customer").len(), 1);
}

#[tokio::test]
async fn a_subscription_runs_from_start_to_end_since_basil() {
    a_subscription_from_start_to_end(SINCE_BASIL).await;
}

#[tokio::test]
async fn a_subscription_runs_from_start_to_end_before_basil() {
    a_subscription_from_start_to_end(BEFORE_BASIL).await;
}

#[tokio::test]
async fn fifty_requests_at_once_make_one_subscription() {
    let environment = TestEnvironment::start(SINCE_BASIL).await;
    let mut all = JoinSet::new();
    for _ in 0..50 {
        let handler = Arc::clone(&environment.handler);
        all.spawn(async move { ask(&handler, "subscription", &wish(2)).await });
    }
    let answers = all.join_all().await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].0, 201);
    for kind in ["customer", "price", "subscription"] {
        assert_eq!(environment.stripe.objects(kind).len(), 1, "{kind}");
    }
    assert_eq!(environment.rows("select status from payment_record").await, ["pending"]);
}

#[tokio::test]
async fn fifty_requests_for_different_tiers_leave_one_subscription_that_can_be_paid() {
    let environment = TestEnvironment::start(SINCE_BASIL).await;
    let mut all = JoinSet::new();
    for n in 0..12 {
        let handler = Arc::clone(&environment.handler);
        all.spawn(async move { ask(&handler, "subscription", &wish(1 + n % 3)).await.0 });
    }
    let answers = all.join_all().await;
    assert!(answers.contains(&201), "{answers:?}");
    environment.settle().await;
    let open = environment.stripe.objects("subscription").into_iter().filter(|it| it["status"] == "incomplete").count();
    assert_eq!(open, 1);
    assert_eq!(environment.rows("select status from payment_record where status = 'pending'").await.len(), 1);
}

#[tokio::test]
async fn whatever_stripe_does_a_later_retry_makes_one_subscription() {
    let faults = [Fault::hang_up(), Fault::hang_up().after_effect(), Fault::html(504).after_effect()];
    for fault in faults {
        let environment = TestEnvironment::start(SINCE_BASIL).await;
        for _ in 0..4 {
            environment.stripe.faults().add(fault.clone().on("POST", "/v1/subscriptions"));
        }
        let (status, refusal) = environment.ask("subscription", &wish(2)).await;
        assert_eq!((status, &refusal["code"]), (502, &json!("PAYMENT_PROVIDER_UNAVAILABLE")), "{fault:?}");
        assert_eq!(environment.ask("subscription", &wish(2)).await.0, 201, "{fault:?}");
        assert_eq!(environment.stripe.objects("subscription").len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn what_somebody_deleted_or_archived_at_stripe_is_made_anew_and_the_reader_sees_nothing_of_it() {
    let environment = TestEnvironment::start(SINCE_BASIL).await;
    assert_eq!(environment.ask("purchase", &json!({ "tierLevel": 1 })).await.0, 201);
    assert_eq!(environment.ask("subscription", &wish(2)).await.0, 201);
    let stored = async || {
        let customers = "select stripe_customer_id from users";
        let prices = "select stripe_price_id from novel_champion_tiers where tier_level = 2";
        (environment.rows(customers).await, environment.rows(prices).await)
    };
    let (customers, prices) = stored().await;
    environment.stripe_request("DELETE", &format!("/v1/customers/{}", customers[0]), "").await;
    environment.stripe_request("POST", &format!("/v1/prices/{}", prices[0]), "active=false").await;
    environment.settle().await;

    let (status, made) = environment.ask("subscription", &wish(2)).await;
    assert_eq!(status, 201, "{made}");
    let (customers_now, prices_now) = stored().await;
    assert!(customers_now != customers && prices_now != prices, "{customers_now:?} {prices_now:?}");
    assert_eq!(environment.ask("purchase", &json!({ "tierLevel": 2 })).await.0, 201);
    environment.confirm(&intent_of(&made), "pm_card_visa").await;
    assert_eq!(environment.standing().await["isActive"], true);
}

#[tokio::test]
async fn events_that_come_shuffled_after_everything_happened_end_the_same() {
    let environment = TestEnvironment::start(SINCE_BASIL).await;
    environment.stripe.hold();
    let (_, made) = environment.ask("subscription", &wish(2)).await;
    environment.confirm(&intent_of(&made), "pm_card_visa").await;
    for _ in 0..35 {
        environment.stripe.advance(Duration::from_secs(86_400));
    }
    environment.stripe.refund(&intent_of(&made), None).unwrap();
    assert_eq!(environment.standing().await["isActive"], false);
    environment.stripe.release(&pledge_stand_ins::stripe::Order::Reversed);
    environment.settle().await;
    assert_eq!(environment.rows(LEDGER).await, ["new 2 refunded", "renew 2 completed"], "a month that had run stays");
    assert_eq!(environment.standing().await["autoRenew"], true);
}
