//! Promises about cancelling and resuming: what Stripe is asked for, and which invoice is still to be charged.

use std::collections::BTreeMap;

use pledge_domain::{
    champion::renewal::InvoiceStatus,
    ids::PriceId,
    ports::{Billing, BillingError, GatewayError},
    stripe::{Cancellation, SubscriptionStatus},
};
use serde_json::json;

use crate::{
    at, subscription,
    support::{Asked, Reply, Server, fields, method, sub},
};

/// Stripe charges an open invoice again, and a draft within the hour, also for a change that was made in its dashboard.
#[tokio::test]
async fn an_invoice_for_a_change_within_the_period_is_to_be_charged_like_a_renewals() {
    use InvoiceStatus::{Dead, Draft, Open, Paid};
    let cases = [
        ("subscription_cycle", [Some(Draft), Some(Open), Some(Paid), Some(Dead)]),
        ("subscription_update", [Some(Draft), Some(Open), Some(Paid), None]),
        ("subscription_threshold", [Some(Draft), Some(Open), Some(Paid), None]),
        ("subscription_create", [None; 4]),
        ("manual", [None; 4]),
    ];
    for (reason, expected) in cases {
        for (status, expected) in ["draft", "open", "paid", "void"].into_iter().zip(expected) {
            let mut answer = subscription("active", status);
            answer["latest_invoice"]["billing_reason"] = json!(reason);
            let server = Server::start([Reply::json(200, &answer)]).await;
            let running = server.client().subscription(&sub()).await.unwrap().running;
            assert_eq!(running.map(|invoice| invoice.status), expected, "{reason} {status}");
        }
    }
}

#[tokio::test]
async fn a_subscription_that_is_to_end_after_later_periods_is_not_cancelled_yet() {
    let period_end = 1_754_668_800;
    for (cancel_at, cancelled, ends) in [
        (period_end + 60 * 86_400, false, period_end),
        (period_end, true, period_end),
        (period_end - 86_400, true, period_end - 86_400),
    ] {
        let mut answer = subscription("active", "paid");
        answer["cancel_at"] = json!(cancel_at);
        let server = Server::start([Reply::json(200, &answer)]).await;
        let subscription = server.client().subscription(&sub()).await.unwrap().made.subscription;
        assert_eq!((subscription.cancel_at_period_end, subscription.period_end), (cancelled, Some(at(ends))));
    }
}

#[tokio::test]
async fn a_resumption_removes_the_flag_or_the_date_of_the_cancellation_and_then_what_is_left() {
    const DATE: i64 = 1_754_668_800;
    let stored = |at_period_end: bool, at: Option<i64>| {
        let mut answer = subscription("active", "paid");
        (answer["cancel_at_period_end"], answer["cancel_at"]) = (json!(at_period_end), json!(at));
        Reply::json(200, &answer)
    };
    let (flag, date) = ([("cancel_at_period_end", "false")], [("cancel_at", "")]);
    let cases = [
        ((true, Some(DATE)), vec![(false, None)], vec![flag]),
        ((false, Some(DATE)), vec![(false, None)], vec![date]),
        ((false, None), vec![(false, None)], vec![flag]),
        ((true, Some(DATE)), vec![(false, Some(DATE)), (false, None)], vec![flag, date]),
        ((false, Some(DATE)), vec![(true, Some(DATE)), (false, None)], vec![date, flag]),
    ];
    for ((at_period_end, date), answers, expected) in cases {
        let server = Server::start(answers.into_iter().map(|(flag, at)| stored(flag, at))).await;
        let known = Cancellation { at_period_end, at: date.map(at) };
        let answer = server.client().resume(&sub(), known).await.unwrap();
        assert!(!answer.made.subscription.cancel_at_period_end && answer.cancellation == Cancellation::default());
        let expected: Vec<_> = expected.iter().map(|pairs| fields(pairs)).collect();
        let sent: Vec<_> = server.asked().iter().map(end_in).collect();
        assert_eq!(sent, expected, "{known:?}");
    }

    let ours = [PriceId::parse("price_1").unwrap()];
    for (at_period_end, expected) in [(true, flag), (false, date)] {
        let server = Server::start([stored(at_period_end, Some(DATE)), stored(false, None)]).await;
        let answer = server.client().go_on_at(&sub(), &ours, &ours[0]).await.unwrap();
        assert_eq!(answer.cancellation, Cancellation::default());
        let sent: Vec<_> = server.asked().iter().skip(1).map(end_in).collect();
        assert_eq!(sent, [fields(&expected)], "in one request with the price");
    }
}

/// Returns the methods and paths of the requests that a server received.
fn paths(server: &Server) -> Vec<String> {
    server.asked().iter().map(|asked| format!("{} {}", asked.method, asked.uri.path())).collect()
}

/// Somebody gave the subscription a schedule in Stripe's dashboard.
#[tokio::test]
async fn a_schedule_that_forbids_the_change_of_a_subscription_is_released_once() {
    const CHANGE: &str = "POST /v1/subscriptions/sub_1";
    const READ: &str = "GET /v1/subscriptions/sub_1";
    const RELEASE: &str = "POST /v1/subscription_schedules/sub_sched_1/release";
    let message = "The subscription is managed by the subscription schedule `sub_sched_1`, and updating any \
                   cancelation behavior directly is not allowed. Please update the schedule instead.";
    let refused = Reply::json(400, &json!({"error": {"type": "invalid_request_error", "message": message}}));
    let free = Reply::json(200, &subscription("active", "paid"));
    let released = Reply::json(200, &json!({"id": "sub_sched_1"}));
    let over = Reply::error(400, "invalid_request_error", "");
    let cancellation = Cancellation { at_period_end: true, at: None };
    for schedule in [json!("sub_sched_1"), json!({"id": "sub_sched_1", "object": "subscription_schedule"})] {
        let mut managed = subscription("active", "paid");
        managed["schedule"] = schedule;
        let managed = Reply::json(200, &managed);
        for release in [&released, &over] {
            let replies = [&refused, &managed, release, &free].map(Clone::clone);
            let server = Server::start(replies.clone()).await;
            server.client().cancel_at_period_end(&sub()).await.unwrap();
            assert_eq!(paths(&server), [CHANGE, READ, RELEASE, CHANGE]);
            assert_eq!(server.asked()[2].form(), fields(&[("preserve_cancel_date", "true")]));
            let server = Server::start(replies).await;
            server.client().resume(&sub(), cancellation).await.unwrap();
            assert_eq!(paths(&server), [CHANGE, READ, RELEASE, CHANGE]);
        }
        let server = Server::start([&managed, &released, &free].map(Clone::clone)).await;
        let ours = [PriceId::parse("price_1").unwrap()];
        server.client().renew_at(&sub(), &ours, &ours[0]).await.unwrap();
        assert_eq!(paths(&server), [READ, RELEASE, CHANGE], "it may bring another price");

        let unavailable = Reply::error(403, "invalid_request_error", "more_permissions_required");
        let server = Server::start([&refused, &managed, &unavailable].map(Clone::clone)).await;
        assert!(server.client().cancel_at_period_end(&sub()).await.is_err(), "the key may not release");
        assert_eq!(paths(&server), [CHANGE, READ, RELEASE]);
    }
    let server = Server::start([&refused, &free].map(Clone::clone)).await;
    let other = server.client().cancel_at_period_end(&sub()).await;
    assert!(matches!(other, Err(BillingError::Gateway(GatewayError::Refused(_)))), "{other:?}");
    assert_eq!(paths(&server), [CHANGE, READ], "no schedule is in the way");
}

/// Returns what a request says of the subscription's end.
fn end_in(asked: &Asked) -> BTreeMap<String, String> {
    let mut form = asked.form();
    form.retain(|name, _| name.starts_with("cancel_at"));
    form
}

/// If the arguments determined a key, the third of the calls "cancel, resume, cancel" would only replay the answer to the
/// first.
#[tokio::test]
async fn what_is_set_to_a_value_has_no_key() {
    let mut cancelling = subscription("active", "paid");
    cancelling["cancel_at"] = json!(1_753_000_000);
    let server = Server::start([Reply::json(200, &cancelling)]).await;
    let answer = server.client().cancel_at_period_end(&sub()).await.unwrap();
    assert!(answer.made.subscription.cancel_at_period_end);
    assert_eq!(answer.made.subscription.period_end, Some(at(1_753_000_000)));
    server.client().set_payment_method(&sub(), &method()).await.unwrap();
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.uri.path() == "/v1/subscriptions/sub_1"));
    assert!(asked.iter().all(|asked| asked.header("idempotency-key").is_empty()));
    assert_eq!(asked[0].form()["cancel_at_period_end"], "true");
    assert_eq!(asked[1].form(), fields(&[("default_payment_method", "pm_1")]));
}

#[tokio::test]
async fn ending_what_is_over_is_no_error() {
    let missing = Reply::error(404, "invalid_request_error", "resource_missing");
    let server = Server::start([missing.clone(), Reply::json(200, &subscription("canceled", "void"))]).await;
    let answer = server.client().cancel_now(&sub()).await.unwrap();
    assert_eq!(answer.made.subscription.status, SubscriptionStatus::Canceled);
    let methods: Vec<_> = server.asked().iter().map(|asked| asked.method.to_string()).collect();
    assert_eq!(methods, ["DELETE", "GET"]);

    let server = Server::start([missing.clone(), Reply::json(200, &subscription("active", "paid"))]).await;
    assert!(server.client().cancel_now(&sub()).await.is_err(), "it is not over");
    let server = Server::start([missing]).await;
    assert!(server.client().cancel_now(&sub()).await.is_err(), "there is none");
}
