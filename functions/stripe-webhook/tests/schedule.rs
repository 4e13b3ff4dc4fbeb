//! The scheduled catch-up, with Stripe's stand-in and the store in memory.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{decide::Outcome, ids::EventId, ports::CatchUpStore};
use pledge_runtime::{Environment, http, tls};
use pledge_stand_ins::{Clock, Fault, StripeOptions, StripeStandIn};
use pledge_stripe_events::HANDLED;
use pledge_stripe_http::{EventsConfig, StripeEvents};
use pledge_testkit::{FakeVault, FixedClock, time::t};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::Duration;
use stripe_webhook::schedule::{Request, Schedule};
use support::Handler;

/// The name of the variable with the key's ARN.
const KEY_ARN: &str = "STRIPE_EVENTS_KEY_ARN";

/// The time at which the handler's clock begins, in seconds since 1970.
const BEGINNING: i64 = 1_700_000_000;

fn client() -> Client {
    http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap()
}

async fn stripe(api_version: Option<&str>) -> StripeStandIn {
    let mut options = StripeOptions {
        secret_key: Some("sk_test_1".to_owned()),
        events_key: Some("rk_test_events".to_owned()),
        clock: Clock::stopped(BEGINNING),
        ..StripeOptions::default()
    };
    if let Some(version) = api_version {
        options.api_version = version.to_owned();
    }
    StripeStandIn::start(options).await.unwrap()
}

/// Begins a customer's subscription at Stripe, so that there are events that matter here.
async fn a_subscription(stripe: &StripeStandIn) {
    let post = async |path: &str, form: &str| -> Value {
        let request = client().post(format!("{}/v1/{path}", stripe.base_url())).bearer_auth("sk_test_1");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    };
    let customer = post("customers", "email=reader@example.com").await;
    let product = "currency=usd&unit_amount=500&recurring[interval]=month&product_data[name]=Champion";
    let price = post("prices", product).await;
    let (customer, price) = (customer["id"].as_str().unwrap(), price["id"].as_str().unwrap());
    let form = format!("customer={customer}&items[0][price]={price}&payment_behavior=default_incomplete");
    post("subscriptions", &form).await;
}

fn schedule(stripe: &StripeStandIn, vault: &FakeVault, arn: Option<&'static str>) -> Schedule<StripeEvents<FakeVault>> {
    let base = stripe.base_url();
    let variables = [("STAGE", "local"), ("STRIPE_API_BASE", base.as_str())];
    let environment: Environment = variables.into_iter().chain(arn.map(|arn| (KEY_ARN, arn))).collect();
    let config = environment.configure(EventsConfig::parse).unwrap();
    Schedule::new(config.map(|config| StripeEvents::new(client(), config, vault.clone())))
}

/// Returns the handler at a time an hour after everything has happened.
fn handler() -> Handler {
    let (mut handler, _) = support::handler();
    handler.system = FixedClock::at(t(3600));
    handler
}

/// Returns how many of Stripe's events matter here and are recorded.
fn recorded(handler: &Handler, stripe: &StripeStandIn) -> (usize, usize) {
    let handled = |event: &&Value| HANDLED.contains(&event["type"].as_str().unwrap());
    let events = stripe.events();
    let outcome =
        |event: &&Value| handler.record.store.outcome(&EventId::parse(event["id"].as_str().unwrap()).unwrap());
    let relevant: Vec<_> = events.iter().filter(handled).collect();
    let known = relevant.iter().filter(|event| outcome(event).is_some()).count();
    assert!(relevant.iter().all(|event| !matches!(outcome(event), Some(Outcome::Parked { .. }))));
    (known, relevant.len())
}

#[tokio::test]
async fn without_a_key_the_catch_up_is_off_and_says_so() {
    let stripe = stripe(None).await;
    let report = schedule(&stripe, &FakeVault::default(), None).run(&handler(), &Request::default()).await.unwrap();
    assert_eq!((report.catch_up, report.recorded, report.lag), ("off", 0, None));
    assert!(stripe.requests().all().is_empty());
}

#[tokio::test]
async fn what_was_never_delivered_is_recorded_in_both_generations_of_payloads() {
    for version in [None, Some("2024-06-20")] {
        let stripe = stripe(version).await;
        a_subscription(&stripe).await;
        let (vault, handler) = (FakeVault::new([("arn:key", "rk_test_events")]), handler());
        let schedule = schedule(&stripe, &vault, Some("arn:key"));
        assert_eq!(vault.reads(), 0, "no start waits for the key");
        let report = schedule.run(&handler, &Request::default()).await.unwrap();
        let (known, all) = recorded(&handler, &stripe);
        assert_eq!((report.catch_up, report.recorded, known), ("complete", all, all));
        assert!(all > 0 && report.lag == Some(15 * 60), "{report:?}");
        assert_eq!(schedule.run(&handler, &Request::default()).await.unwrap().recorded, 0);
        assert_eq!(vault.reads(), 1, "the key is read once");
    }
}

#[tokio::test]
async fn whoever_invokes_by_hand_may_ask_for_what_has_just_happened() {
    let stripe = stripe(None).await;
    a_subscription(&stripe).await;
    let schedule = schedule(&stripe, &FakeVault::new([("arn:key", "rk_test_events")]), Some("arn:key"));
    let (mut handler, _) = support::handler();
    handler.system = FixedClock::at(t(1));
    assert_eq!(schedule.run(&handler, &Request::default()).await.unwrap().recorded, 0);
    let request: Request = serde_json::from_str(r#"{"afterSeconds":0}"#).unwrap();
    let report = schedule.run(&handler, &request).await.unwrap();
    assert_eq!((report.recorded, report.lag), (recorded(&handler, &stripe).1, Some(0)));
}

#[tokio::test]
async fn options_that_are_not_known_are_refused_and_none_are_needed() {
    let stripe = stripe(None).await;
    let (schedule, handler) = (schedule(&stripe, &FakeVault::default(), None), handler());
    for none in [json!(null), json!({})] {
        let report = schedule.answer(&handler, none).await.unwrap();
        assert_eq!(report, json!({ "catchUp": "off", "recorded": 0, "lag": null }));
    }
    for other in [json!({ "afterseconds": 0 }), json!({ "afterSeconds": -1 })] {
        assert!(schedule.answer(&handler, other.clone()).await.is_err(), "{other}");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_an_error_until_it_is_replaced() {
    let stripe = stripe(None).await;
    let vault = FakeVault::default();
    let schedule = schedule(&stripe, &vault, Some("arn:key"));
    assert!(schedule.run(&handler(), &Request::default()).await.is_err());
    vault.put("arn:key", "whsec_wrong");
    assert!(schedule.run(&handler(), &Request::default()).await.is_err());
    vault.put("arn:key", "rk_test_events");
    assert_eq!(
        schedule.run(&handler(), &Request::default()).await.unwrap().catch_up,
        "complete",
        "the next invocation reads it again"
    );
}

#[tokio::test]
async fn a_limit_of_stripes_is_waited_for_or_left_to_the_next_invocation() {
    let stripe = stripe(None).await;
    a_subscription(&stripe).await;
    let (vault, handler) = (FakeVault::new([("arn:key", "rk_test_events")]), handler());
    let schedule = schedule(&stripe, &vault, Some("arn:key"));
    stripe.faults().add(Fault::status(429));
    assert_eq!(schedule.run(&handler, &Request::default()).await.unwrap().catch_up, "complete");
    handler.system.advance(time::Duration::minutes(15));
    stripe.advance(Duration::from_secs(1));
    stripe.faults().add(Fault::status(429).times(10));
    assert!(schedule.run(&handler, &Request::default()).await.is_err());
    assert_eq!(handler.record.store.watermark().await.unwrap().unwrap().at, t(3600 - 900));
    stripe.faults().clear();
    assert_eq!(schedule.run(&handler, &Request::default()).await.unwrap().lag, Some(15 * 60));
}
