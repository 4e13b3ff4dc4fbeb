//! SQS can't be reached. The shared cloud needs its own, so the binaries run with an address at which nothing listens.

use pledge_stripe_events::sign;
use pledge_testkit::http::HttpEvent;
use pledge_tests::{Cloud, Function};
use serde_json::json;

/// Starts a function that can't reach SQS.
async fn start(cloud: &Cloud, name: &str) -> Function {
    let variables = cloud.endpoints.variables();
    let variables = variables.into_iter().filter(|(name, _)| *name != "AWS_ENDPOINT_URL");
    Function::start(name, variables.chain([("AWS_ENDPOINT_URL", "http://127.0.0.1:1")])).await
}

#[tokio::test]
async fn a_form_is_accepted_and_the_sweep_sends_its_event() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("queue");
    let function = start(&cloud, "initiate-preorder").await;
    let form = json!({ "email": email, "color": "Red" });
    let (status, _, body) = function.request(&HttpEvent::post("/preorders").json(&form)).await;
    assert_eq!(status, 201, "{body}");
    let preorder = body["preorderId"].as_str().unwrap();
    assert_eq!(cloud.preorder(preorder).await["status"], "initiated");

    cloud.sweep().await;
    assert_eq!(cloud.klaviyo_events(&email, 1).await[0].0, "preorder_started");
}

#[tokio::test]
async fn a_payment_counts_and_the_sweep_sends_its_event() {
    let Some(cloud) = Cloud::enter().await else { return };
    let email = cloud.email("queue");
    let preorder = cloud.a_preorder(&email).await;
    let event = json!({
        "id": format!("evt_{}", cloud.mark()), "object": "event", "created": cloud.now().unix_timestamp(),
        "livemode": false, "type": "checkout.session.completed",
        "data": { "object": {
            "id": format!("cs_test_{}", cloud.mark()), "object": "checkout.session", "mode": "payment",
            "payment_status": "paid", "payment_intent": format!("pi_{}", cloud.mark()), "amount_total": 29900,
            "currency": "usd", "metadata": { "preorderId": preorder },
        } },
    });
    let body = event.to_string();
    let signature = sign(body.as_bytes(), &cloud.endpoints.stripe_webhook_secret, cloud.now());
    let function = start(&cloud, "stripe-webhook").await;
    let delivery = HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body);
    let (status, _, answer) = function.request(&delivery).await;
    assert_eq!((status, &answer["outcome"]), (200, &json!("applied")));
    assert_eq!(cloud.preorder(&preorder).await["status"], "completed");

    cloud.sweep().await;
    let metrics: Vec<_> = cloud.klaviyo_events(&email, 2).await.into_iter().map(|(metric, _)| metric).collect();
    assert_eq!(metrics, ["preorder_started", "preorder_success"]);
}
