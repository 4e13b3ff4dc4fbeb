//! The real binaries, killed with SIGKILL at every step of an invocation; whoever called them calls again, and it ends
//! as if nobody had been killed.

#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use pledge_outages::killed::{Call, Kill, Stage, everywhere};
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

fn champion(stage: &Stage) -> Call {
    let wish = json!({ "novelId": 7, "tierLevel": 2, "autoRenew": true });
    let bearer = format!("Bearer {}", stage.token);
    let request = HttpEvent::post("/payment/stripe/champion-subscription").json(&wish);
    Call::request("create-champion-subscription", &request.header("authorization", &bearer))
}

async fn a_preorder(stage: &mut Stage) -> String {
    stage.ask(&preorder_form(), 201).await["preorderId"].as_str().unwrap().to_owned()
}

/// The checkout of the preorder is opened and paid.
async fn pay(stage: &mut Stage, preorder: &str) {
    let opened = stage.ask(&checkout(preorder), 200).await;
    stage.stripe.pay_session(opened["sessionId"].as_str().unwrap(), Payment::default());
}

#[tokio::test]
async fn a_form_is_taken() {
    everywhere("initiate-preorder", async |stage: &mut Stage, kill: Kill| {
        let killed = stage.kill(&preorder_form(), kill).await;
        let preorder = a_preorder(stage).await;
        pay(stage, &preorder).await;
        killed
    })
    .await;
}

#[tokio::test]
async fn a_checkout_is_opened() {
    everywhere("create-checkout", async |stage: &mut Stage, kill: Kill| {
        let preorder = a_preorder(stage).await;
        let killed = stage.kill(&checkout(&preorder), kill).await;
        pay(stage, &preorder).await;
        assert_eq!(stage.stripe.objects("checkout.session").len(), 1);
        killed
    })
    .await;
}

#[tokio::test]
async fn a_subscription_is_created() {
    everywhere("create-champion-subscription", async |stage: &mut Stage, kill: Kill| {
        let call = champion(stage);
        let killed = stage.kill(&call, kill).await;
        let answer = stage.ask(&call, 201).await;
        stage.confirm(answer["clientSecret"].as_str().unwrap()).await;
        assert_eq!(stage.stripe.objects("subscription").len(), 1);
        killed
    })
    .await;
}

#[tokio::test]
async fn a_payment_is_recorded() {
    everywhere("stripe-webhook, a paid session", async |stage: &mut Stage, kill: Kill| {
        let preorder = a_preorder(stage).await;
        pay(stage, &preorder).await;
        let events = stage.undelivered();
        let paid = events.iter().find(|event| event["type"] == "checkout.session.completed").unwrap();
        stage.kill(&Call::delivery(paid), kill).await
    })
    .await;
}

#[tokio::test]
async fn a_paid_invoice_is_recorded() {
    everywhere("stripe-webhook, a paid invoice", async |stage: &mut Stage, kill: Kill| {
        let answer = stage.ask(&champion(stage), 201).await;
        stage.confirm(answer["clientSecret"].as_str().unwrap()).await;
        let events = stage.undelivered();
        let paid = events.iter().find(|event| event["type"] == "invoice.paid").unwrap();
        stage.kill(&Call::delivery(paid), kill).await
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_sent() {
    everywhere("klaviyo-sender, a batch", async |stage: &mut Stage, kill: Kill| {
        for reader in ["ada@example.com", "bob@example.com", "eve@example.com"] {
            stage.ask(&Call::request("initiate-preorder", &form(reader)), 201).await;
        }
        let batch = stage.queue.receive();
        let killed = stage.kill(&Call::batch(&batch), kill).await;
        stage.queue.give_back(batch);
        killed
    })
    .await;
}

#[tokio::test]
async fn the_sweep_finds_what_the_queue_lost() {
    everywhere("klaviyo-sender, the sweep", async |stage: &mut Stage, kill: Kill| {
        a_preorder(stage).await;
        drop(stage.queue.receive());
        stage.kill(&Call::schedule(), kill).await
    })
    .await;
}
