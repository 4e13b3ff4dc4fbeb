//! PostgreSQL can't be reached. The shared cloud needs its own, so the binaries run with an address at which nothing
//! listens.

use pledge_faults::request_id;
use pledge_stripe_events::sign;
use pledge_testkit::http::HttpEvent;
use pledge_tests::{Cloud, Function};
use serde_json::{Value, json};

/// An address at which nothing listens.
const NOWHERE: &str = "postgres://pledge:hunter2@127.0.0.1:1/pledge";

async fn start(cloud: &Cloud, name: &str) -> Function {
    let variables = cloud.endpoints.variables();
    let variables = variables.into_iter().filter(|(name, _)| *name != "DATABASE_URL");
    Function::start(name, variables.chain([("DATABASE_URL", NOWHERE)])).await
}

/// Returns the error lines of a log. There must be one, which an alarm can watch.
fn errors(log: &[String]) -> Vec<Value> {
    let lines = log.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["level"] == "ERROR").collect()
}

async fn assert_unavailable(function: Function, request: HttpEvent) {
    let (status, headers, body) = function.request(&request).await;
    assert_eq!((status, &headers["retry-after"]), (503, &json!("5")));
    assert_eq!(body["code"], "SERVICE_UNAVAILABLE");
    assert_eq!(body["requestId"], request_id(0));

    let log = function.stop().await.log;
    let errors = errors(&log);
    assert_eq!(errors.len(), 1, "{log:#?}");
    assert!(errors[0].to_string().contains("the database is unavailable"), "{}", errors[0]);
    assert!(!log.concat().contains("hunter2"));
}

#[tokio::test]
async fn a_form_is_answered_with_503_and_one_line_in_the_log() {
    let Some(cloud) = Cloud::enter().await else { return };
    let form = json!({ "email": cloud.email("database"), "color": "Red" });
    let function = start(&cloud, "initiate-preorder").await;
    assert_unavailable(function, HttpEvent::post("/preorders").json(&form)).await;
}

#[tokio::test]
async fn a_checkout_is_answered_with_503_and_stripe_is_not_asked() {
    let Some(cloud) = Cloud::enter().await else { return };
    let preorder = cloud.a_preorder(&cloud.email("database")).await;
    let function = start(&cloud, "create-checkout").await;
    assert_unavailable(function, HttpEvent::post("/checkout").json(&json!({ "preorderId": preorder }))).await;
    assert!(cloud.sessions_of(&preorder).await.is_empty());
}

#[tokio::test]
async fn stripe_is_asked_to_deliver_again() {
    let Some(cloud) = Cloud::enter().await else { return };
    let event = json!({
        "id": format!("evt_{}", cloud.mark()), "object": "event", "created": 1, "livemode": false,
        "type": "payout.paid", "data": { "object": {} },
    });
    let body = event.to_string();
    let signature = sign(body.as_bytes(), &cloud.endpoints.stripe_webhook_secret, cloud.now());
    let function = start(&cloud, "stripe-webhook").await;
    let delivery = HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body);
    assert_unavailable(function, delivery).await;
}

#[tokio::test]
async fn the_queue_is_asked_to_bring_the_batch_again() {
    let Some(cloud) = Cloud::enter().await else { return };
    let function = start(&cloud, "klaviyo-sender").await;
    let body = r#"{"version":1,"outboxIds":["0a1b2c3d-0000-4000-8000-000000000000"]}"#;
    let result = function.invoke(&json!({ "Records": [{ "messageId": "1", "body": body }] })).await;
    assert_eq!(result["errorType"], "StoreFailed");
    assert!(result["errorMessage"].as_str().unwrap().starts_with("the database is unavailable"), "{result}");
}
