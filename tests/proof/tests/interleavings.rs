//! One request is held at each of its steps while another goes its whole way; it ends as if they had come one by one.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may stop a test, and print what they counted"
)]

use pledge_proof::{
    World,
    functions::READER,
    journeys::{form, preorder, subscription, wish_to_pay},
    queue::Delivery,
    world::{Warmth, sqs_event},
};
use pledge_stand_ins::stripe::Payment;
use pledge_testkit::TestDatabase;
use serde_json::{Value, json};

/// What Klaviyo counts of a preorder that is paid.
const PAID: &[&str] = &["preorder_started", "preorder_success"];

/// More steps than any request has.
const ENOUGH: usize = 40;

/// Runs `case` with its request held at step 0, 1, … until it has no such step, and compares the ends with that of a run
/// in which nothing is held, and in which Klaviyo counts these facts.
async fn everywhere(what: &str, facts: &[&str], case: impl AsyncFn(&mut World, usize) -> bool) {
    let database = TestDatabase::new().await;
    let run = async |step| {
        let mut world = World::with_connections(&database, Warmth::Warm, 4).await;
        let held = case(&mut world, step).await;
        (held, world.end().await)
    };
    let (_, expected) = run(usize::MAX).await;
    assert_eq!(expected.metrics(), facts, "{what}, with nothing held");
    for step in 0..ENOUGH {
        let (held, end) = run(step).await;
        assert_eq!(expected.difference(&end), "", "{what}, held at step {step}");
        if !held {
            println!("{what}: held at {step} steps");
            assert!(step > 0);
            return;
        }
    }
    panic!("{what} has more than {ENOUGH} steps");
}

async fn session_of(world: &mut World, preorder: &str) -> String {
    world.ask(&wish_to_pay(preorder), 200).await["sessionId"].as_str().unwrap().to_owned()
}

/// Pays in every session that is open.
fn pay(world: &World) {
    for session in world.stripe.objects("checkout.session") {
        if session["status"] == "open" {
            world.stripe.pay_session(session["id"].as_str().unwrap(), Payment::default());
        }
    }
}

/// Stripe delivers everything that it has.
async fn deliver(world: &World) {
    for event in world.undelivered() {
        let (status, body) = world.functions().request(&world.delivery(&event)).await;
        assert_eq!(status, 200, "{body}");
    }
}

async fn send(world: &World, batch: &[Delivery]) -> Option<Value> {
    world.functions().invoke_sender(sqs_event(batch)).await
}

#[tokio::test]
async fn the_webhook_beats_the_commit_of_the_checkout() {
    everywhere("a checkout, and its payment", PAID, async |world, step| {
        let preorder = preorder(world, READER).await;
        let wish = wish_to_pay(&preorder);
        let checkout = async { _ = world.functions().request(&wish).await };
        let between = async {
            pay(world);
            deliver(world).await;
        };
        let held = world.interleave(step, checkout, between).await;
        pay(world);
        held
    })
    .await;
}

#[tokio::test]
async fn an_event_is_delivered_while_it_is_delivered() {
    everywhere("an event, and itself", PAID, async |world, step| {
        let preorder = preorder(world, READER).await;
        session_of(world, &preorder).await;
        world.settle().await;
        pay(world);
        world.interleave(step, deliver(world), deliver(world)).await
    })
    .await;
}

#[tokio::test]
async fn a_refund_overtakes_its_payment() {
    everywhere(
        "a payment, and its refund",
        &["preorder_refunded", "preorder_started", "preorder_success"],
        async |world, step| {
            let preorder = preorder(world, READER).await;
            session_of(world, &preorder).await;
            world.settle().await;
            pay(world);
            let payment = world.undelivered();
            let intent = world.stripe.objects("payment_intent")[0]["id"].as_str().unwrap().to_owned();
            world.stripe.refund(&intent, None).unwrap();
            let first = async {
                for event in &payment {
                    assert_eq!(world.functions().request(&world.delivery(event)).await.0, 200);
                }
            };
            world.interleave(step, first, deliver(world)).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_form_is_sent_while_it_is_sent() {
    everywhere("a form, and itself", &["preorder_started"], async |world, step| {
        let send = async || assert_eq!(world.functions().request(&form(READER)).await.0, 201);
        world.interleave(step, send(), send()).await
    })
    .await;
}

#[tokio::test]
async fn a_reader_subscribes_while_they_subscribe() {
    everywhere("a subscription, and itself", &["champion_started"], async |world, step| {
        let subscribe = async || _ = world.functions().request(&subscription(2)).await;
        let held = world.interleave(step, subscribe(), subscribe()).await;
        // Whoever was in the way of whom: the reader tries again, and there is one subscription to pay.
        let answer = world.ask(&subscription(2), 201).await;
        let subscriptions = world.stripe.objects("subscription");
        assert_eq!(subscriptions.iter().filter(|subscription| subscription["status"] != "canceled").count(), 1);
        world.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa").await;
        held
    })
    .await;
}

#[tokio::test]
async fn two_senders_have_the_same_message() {
    everywhere("a batch, and itself", &["preorder_started"; 3], async |world, step| {
        for n in 0..3 {
            preorder(world, &format!("reader-{n}@example.com")).await;
        }
        let batch = world.queue.receive();
        let send = async || assert!(send(world, &batch).await.is_some());
        world.interleave(step, send(), send()).await
    })
    .await;
}

#[tokio::test]
async fn the_sweep_and_the_sender_meet() {
    everywhere("the sweep, and a batch", &["preorder_started"; 3], async |world, step| {
        for n in 0..3 {
            preorder(world, &format!("reader-{n}@example.com")).await;
        }
        let batch = world.queue.receive();
        world.clock.advance(std::time::Duration::from_secs(600));
        let sweep = async { assert!(world.functions().invoke_sender(json!({})).await.is_some()) };
        let held = world.interleave(step, sweep, async { _ = send(world, &batch).await }).await;
        world.queue.give_back(batch);
        held
    })
    .await;
    everywhere("a batch, and the sweep", &["preorder_started"; 3], async |world, step| {
        for n in 0..3 {
            preorder(world, &format!("reader-{n}@example.com")).await;
        }
        let batch = world.queue.receive();
        world.clock.advance(std::time::Duration::from_secs(600));
        let sweep = async { _ = world.functions().invoke_sender(json!({})).await };
        world.interleave(step, async { _ = send(world, &batch).await }, sweep).await
    })
    .await;
}
