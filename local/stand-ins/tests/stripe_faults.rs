//! Idempotency keys and faults, as a client meets them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::Fault;
use pledge_stand_ins::stripe::{StripeOptions, StripeStandIn};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use support::{Api, text};

async fn start() -> (StripeStandIn, Api) {
    let stripe = StripeStandIn::start(StripeOptions::default()).await.unwrap();
    let api = Api::new(stripe.base_url());
    (stripe, api)
}

async fn create(api: &Api, key: &str, email: &str) -> Result<Response, reqwest::Error> {
    api.form("/v1/customers", &[("email", email)]).header("idempotency-key", key).send().await
}

async fn body(response: Response) -> Value {
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_repeated_key_replays_the_first_result() {
    let (stripe, api) = start().await;
    let first = body(create(&api, "k", "jo@example.com").await.unwrap()).await;
    let again = create(&api, "k", "jo@example.com").await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(body(again).await, first);
    assert_eq!(stripe.objects("customer").len(), 1);
    stripe.advance(Duration::from_secs(24 * 60 * 60));
    assert_ne!(body(create(&api, "k", "jo@example.com").await.unwrap()).await["id"], first["id"], "forgotten");
}

#[tokio::test]
async fn the_log_says_when_a_request_arrived_and_how_long_its_answer_took() {
    let (stripe, api) = start().await;
    let delay = Duration::from_millis(150);
    stripe.faults().add(Fault::slow(delay).on("POST", "/v1/customers"));
    create(&api, "k", "jo@example.com").await.unwrap();
    create(&api, "l", "jo@example.com").await.unwrap();
    let [slow, quick] = &stripe.requests().all()[..] else { panic!("two requests") };
    assert!(slow.took >= 150, "{slow:?}");
    assert!(quick.arrived >= slow.arrived + slow.took, "{slow:?} {quick:?}");
}

#[tokio::test]
async fn a_key_with_other_parameters_or_endpoint_is_an_error() {
    let (_stripe, api) = start().await;
    create(&api, "k", "jo@example.com").await.unwrap();
    let other = create(&api, "k", "al@example.com").await.unwrap();
    assert_eq!(other.status(), StatusCode::BAD_REQUEST);
    let error = body(other).await;
    assert_eq!(text(&error, "/error/type"), "idempotency_error");
    assert!(text(&error, "/error/message").contains("same parameters"));
    let elsewhere = api.form("/v1/products", &[("name", "x")]).header("idempotency-key", "k").send().await.unwrap();
    assert!(text(&body(elsewhere).await, "/error/message").contains("same endpoint"));
    let long = create(&api, &"k".repeat(256), "jo@example.com").await.unwrap();
    assert_eq!(long.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_500_is_remembered_by_its_key_and_a_429_is_not() {
    let (stripe, api) = start().await;
    stripe.faults().add(Fault::status(500).on("POST", "/v1/customers"));
    for _ in 0..2 {
        assert_eq!(create(&api, "a", "jo@example.com").await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
    assert_eq!(create(&api, "b", "jo@example.com").await.unwrap().status(), StatusCode::OK, "a new key");

    stripe.faults().add(Fault::rate_limited(2));
    let limited = create(&api, "c", "jo@example.com").await.unwrap();
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers()["retry-after"], "2");
    assert_eq!(create(&api, "c", "jo@example.com").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_refused_parameter_does_not_use_the_key_up() {
    let (_stripe, api) = start().await;
    assert_eq!(create(&api, "k", "jo").await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(create(&api, "k", "jo@example.com").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_lost_answer_is_found_again_by_its_key() {
    let (stripe, api) = start().await;
    stripe.faults().add(Fault::hang_up().after_effect());
    assert!(create(&api, "k", "jo@example.com").await.is_err());
    assert_eq!(stripe.objects("customer").len(), 1, "the work was done");
    let again = create(&api, "k", "jo@example.com").await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(stripe.objects("customer").len(), 1);
    let log = stripe.requests().of("POST", "/v1/customers");
    assert_eq!((log[0].status, log[1].status), (None, Some(200)));
    assert_eq!(log[0].idempotency_key.as_deref(), Some("k"));
}

#[tokio::test]
async fn a_connection_lost_before_the_effect_leaves_nothing() {
    let (stripe, api) = start().await;
    stripe.faults().add(Fault::hang_up());
    assert!(create(&api, "k", "jo@example.com").await.is_err());
    assert!(stripe.objects("customer").is_empty());
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict_and_work_outlives_its_caller() {
    let (stripe, api) = start().await;
    stripe.faults().add(Fault::slow(Duration::from_millis(300)));
    let impatient = api
        .form("/v1/customers", &[("email", "jo@example.com")])
        .header("idempotency-key", "k")
        .timeout(Duration::from_millis(100))
        .send()
        .await;
    assert!(impatient.is_err());
    let meanwhile = create(&api, "k", "jo@example.com").await.unwrap();
    assert_eq!(meanwhile.status(), StatusCode::CONFLICT);
    assert_eq!(text(&body(meanwhile).await, "/error/code"), "idempotency_key_in_use");
    assert!(stripe.wait_for_event("customer.created", 0, support::PATIENCE).await.is_some());
    let later = create(&api, "k", "jo@example.com").await.unwrap();
    assert_eq!(later.headers()["idempotent-replayed"], "true");
}

#[tokio::test]
async fn faults_come_over_http_too() {
    let (stripe, api) = start().await;
    let fault = serde_json::json!({
        "method": "POST", "path": "/v1/cust*", "times": 2, "answer": { "kind": "html", "status": 502 },
    });
    let added = api.http.post(format!("{}/_control/faults", api.base)).json(&fault).send().await.unwrap();
    assert_eq!(added.status(), StatusCode::OK);
    for _ in 0..2 {
        let response = create(&api, "k", "jo@example.com").await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
        assert!(response.text().await.unwrap().contains("<html>"));
    }
    assert_eq!(create(&api, "k", "jo@example.com").await.unwrap().status(), StatusCode::OK);
    let unknown = serde_json::json!({ "tymes": 2 });
    let refused = api.http.post(format!("{}/_control/faults", api.base)).json(&unknown).send().await.unwrap();
    assert!(refused.status().is_client_error(), "controls are strict, too");
    assert!(stripe.faults().waiting().is_empty());
}
