//! Kills the real binaries with SIGKILL at every step of an invocation. The callers call again, and the final state is
//! the same as without a kill.

#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use pledge_outages::killed::{Call, Kill, ProcessHarness, everywhere};
use pledge_proof::journeys::{form, wish_to_pay};
use pledge_stand_ins::stripe::Payment;
use pledge_testkit::http::HttpEvent;
use serde_json::json;

const READER: &str = "reader@example.com";

fn preorder_form() -> Call {
    Call::request("initiate-preorder", &form(READER))
}

fn checkout(preorder: &str) -> Call {
    Call::request("create-checkout", &wish_to_pay(preorder))
}

fn champion(harness: &ProcessHarness) -> Call {
    let wish = json!({ "novelId": 7, "tierLevel": 2, "autoRenew": true });
    let bearer = format!("Bearer {}", harness.token);
    let request = HttpEvent::post("/payment/stripe/champion-subscription").json(&wish);
    Call::request("create-champion-subscription", &request.header("authorization", &bearer))
}

async fn a_preorder(harness: &mut ProcessHarness) -> String {
    harness.ask(&preorder_form(), 201).await["preorderId"].as_str().unwrap().to_owned()
}

/// Opens the checkout of a preorder and pays.
async fn pay(harness: &mut ProcessHarness, preorder: &str) {
    let opened = harness.ask(&checkout(preorder), 200).await;
    harness.stripe.pay_session(opened["sessionId"].as_str().unwrap(), Payment::default());
}

#[tokio::test]
async fn a_form_is_taken_once_wherever_the_process_is_killed() {
    everywhere("initiate-preorder", async |harness: &mut ProcessHarness, kill: Kill| {
        let killed = harness.kill(&preorder_form(), kill).await;
        let preorder = a_preorder(harness).await;
        pay(harness, &preorder).await;
        killed
    })
    .await;
}

#[tokio::test]
async fn a_checkout_is_opened_once_wherever_the_process_is_killed() {
    everywhere("create-checkout", async |harness: &mut ProcessHarness, kill: Kill| {
        let preorder = a_preorder(harness).await;
        let killed = harness.kill(&checkout(&preorder), kill).await;
        pay(harness, &preorder).await;
        assert_eq!(harness.stripe.objects("checkout.session").len(), 1);
        killed
    })
    .await;
}

#[tokio::test]
async fn a_subscription_is_created_once_wherever_the_process_is_killed() {
    everywhere("create-champion-subscription", async |harness: &mut ProcessHarness, kill: Kill| {
        let call = champion(harness);
        let killed = harness.kill(&call, kill).await;
        let answer = harness.ask(&call, 201).await;
        harness.confirm(answer["clientSecret"].as_str().unwrap()).await;
        assert_eq!(harness.stripe.objects("subscription").len(), 1);
        killed
    })
    .await;
}

#[tokio::test]
async fn a_payment_is_recorded_once_wherever_the_process_is_killed() {
    everywhere("stripe-webhook, a paid session", async |harness: &mut ProcessHarness, kill: Kill| {
        let preorder = a_preorder(harness).await;
        pay(harness, &preorder).await;
        let events = harness.undelivered();
        let paid = events.iter().find(|event| event["type"] == "checkout.session.completed").unwrap();
        harness.kill(&Call::delivery(paid), kill).await
    })
    .await;
}

#[tokio::test]
async fn a_paid_invoice_is_recorded_once_wherever_the_process_is_killed() {
    everywhere("stripe-webhook, a paid invoice", async |harness: &mut ProcessHarness, kill: Kill| {
        let answer = harness.ask(&champion(harness), 201).await;
        harness.confirm(answer["clientSecret"].as_str().unwrap()).await;
        let events = harness.undelivered();
        let paid = events.iter().find(|event| event["type"] == "invoice.paid").unwrap();
        harness.kill(&Call::delivery(paid), kill).await
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_sent_once_wherever_the_process_is_killed() {
    everywhere("klaviyo-sender, a batch", async |harness: &mut ProcessHarness, kill: Kill| {
        for reader in ["ada@example.com", "bob@example.com", "eve@example.com"] {
            harness.ask(&Call::request("initiate-preorder", &form(reader)), 201).await;
        }
        let batch = harness.sqs.queue.receive();
        let killed = harness.kill(&Call::batch(&batch), kill).await;
        harness.sqs.queue.give_back(batch);
        killed
    })
    .await;
}

#[tokio::test]
async fn the_sweep_finds_what_the_queue_lost() {
    everywhere("klaviyo-sender, the sweep", async |harness: &mut ProcessHarness, kill: Kill| {
        a_preorder(harness).await;
        drop(harness.sqs.queue.receive());
        harness.kill(&Call::schedule(), kill).await
    })
    .await;
}
