//! One request is held at each of its steps while another one runs. The final state is as if they had come one after the
//! other.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may stop a test, and print what they counted"
)]

use pledge_faults::Delivery;
use pledge_proof::{
    TestEnvironment,
    environment::{StartMode, sqs_event},
    functions::{READER, UID},
    journeys::{
        as_reader, champion, come_back, form, form_with_consent, preorder, says_of_marketing, subscribed, subscription,
        wish_to_pay,
    },
};
use pledge_stand_ins::stripe::Payment;
use pledge_testkit::TestDatabase;
use serde_json::{Value, json};

/// The events that Klaviyo counts when a preorder is paid.
const PAID: &[&str] = &["preorder_started", "preorder_success"];

/// A number of steps that no request reaches.
const ENOUGH: usize = 40;

/// Runs `case` with its request held at step 0, 1, … until it has no such step, and compares the final states with that
/// of a run in which nothing is held, and in which Klaviyo counts these announcements.
async fn everywhere(what: &str, announcements: &[&str], case: impl AsyncFn(&mut TestEnvironment, usize) -> bool) {
    let database = TestDatabase::new().await;
    let run = async |step| {
        let mut environment = TestEnvironment::with_connections(&database, StartMode::Warm, 4).await;
        let held = case(&mut environment, step).await;
        (held, environment.end().await)
    };
    let (_, expected) = run(usize::MAX).await;
    assert_eq!(expected.announcements(), announcements, "{what}, with nothing held");
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

async fn session_of(environment: &mut TestEnvironment, preorder: &str) -> String {
    environment.ask(&wish_to_pay(preorder), 200).await["sessionId"].as_str().unwrap().to_owned()
}

/// Pays every open Checkout session.
fn pay(environment: &TestEnvironment) {
    for session in environment.stripe.objects("checkout.session") {
        if session["status"] == "open" {
            environment.stripe.pay_session(session["id"].as_str().unwrap(), Payment::default());
        }
    }
}

/// Delivers every event that Stripe has to deliver.
async fn deliver(environment: &TestEnvironment) {
    for event in environment.undelivered() {
        let (status, body) = environment.functions().request(&environment.delivery(&event)).await;
        assert_eq!(status, 200, "{body}");
    }
}

async fn send(environment: &TestEnvironment, batch: &[Delivery]) -> Option<Value> {
    environment.functions().invoke_sender(sqs_event(batch)).await
}

#[tokio::test]
async fn a_payment_counts_although_the_webhook_beats_the_commit_of_the_checkout() {
    everywhere("a checkout, and its payment", PAID, async |environment, step| {
        let preorder = preorder(environment, READER).await;
        let wish = wish_to_pay(&preorder);
        let checkout = async { _ = environment.functions().request(&wish).await };
        let between = async {
            pay(environment);
            deliver(environment).await;
        };
        let held = environment.interleave(step, checkout, between).await;
        pay(environment);
        held
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_delivered_twice_at_once_counts_once() {
    everywhere("an event, and itself", PAID, async |environment, step| {
        let preorder = preorder(environment, READER).await;
        session_of(environment, &preorder).await;
        environment.settle().await;
        pay(environment);
        environment.interleave(step, deliver(environment), deliver(environment)).await
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_overtakes_its_payment_ends_as_one_that_does_not() {
    everywhere(
        "a payment, and its refund",
        &["preorder_refunded", "preorder_started", "preorder_success"],
        async |environment, step| {
            let preorder = preorder(environment, READER).await;
            session_of(environment, &preorder).await;
            environment.settle().await;
            pay(environment);
            let payment = environment.undelivered();
            let intent = environment.stripe.objects("payment_intent")[0]["id"].as_str().unwrap().to_owned();
            environment.stripe.refund(&intent, None).unwrap();
            let first = async {
                for event in &payment {
                    assert_eq!(environment.functions().request(&environment.delivery(event)).await.0, 200);
                }
            };
            environment.interleave(step, first, deliver(environment)).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_at_once_is_one_preorder() {
    everywhere("a form, and itself", &["preorder_started"], async |environment, step| {
        let send = async || assert_eq!(environment.functions().request(&form(READER)).await.0, 201);
        environment.interleave(step, send(), send()).await
    })
    .await;
}

#[tokio::test]
async fn a_reader_who_subscribes_twice_at_once_has_one_subscription() {
    everywhere("a subscription, and itself", &["champion_started"], async |environment, step| {
        let subscribe = async || _ = environment.functions().request(&subscription(2)).await;
        let held = environment.interleave(step, subscribe(), subscribe()).await;
        // One of the two may have been in the other's way: the reader tries again, and there is one subscription to pay.
        let answer = environment.ask(&subscription(2), 201).await;
        let subscriptions = environment.stripe.objects("subscription");
        assert_eq!(subscriptions.iter().filter(|subscription| subscription["status"] != "canceled").count(), 1);
        environment.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa").await;
        held
    })
    .await;
}

#[tokio::test]
async fn two_senders_with_the_same_message_send_it_once() {
    everywhere("a batch, and itself", &["preorder_started"; 3], async |environment, step| {
        for n in 0..3 {
            preorder(environment, &format!("reader-{n}@example.com")).await;
        }
        let batch = environment.sqs.queue.receive();
        let send = async || assert!(send(environment, &batch).await.is_some());
        environment.interleave(step, send(), send()).await
    })
    .await;
}

#[tokio::test]
async fn consent_that_is_withdrawn_while_it_is_sent_ends_withdrawn() {
    everywhere("a consent that is sent, and its withdrawal", &["preorder_started"], async |environment, step| {
        environment.ask(&as_reader(form_with_consent(READER)), 201).await;
        let batch = environment.sqs.queue.receive();
        environment.clock.advance(std::time::Duration::from_secs(60));
        let withdraw = async |environment: &TestEnvironment| {
            let withdrawal = says_of_marketing(&json!({ "marketingConsent": false }));
            assert_eq!(environment.functions().request(&withdrawal).await.0, 200);
            _ = send(environment, &environment.sqs.queue.receive()).await;
        };
        let sent = async { _ = send(environment, &batch).await };
        let held = environment.interleave(step, sent, withdraw(environment)).await;
        if !held {
            withdraw(environment).await;
        }
        held
    })
    .await;
}

#[tokio::test]
async fn the_sweep_and_the_sender_at_once_send_each_row_once() {
    everywhere("the sweep, and a batch", &["preorder_started"; 3], async |environment, step| {
        for n in 0..3 {
            preorder(environment, &format!("reader-{n}@example.com")).await;
        }
        let batch = environment.sqs.queue.receive();
        environment.clock.advance(std::time::Duration::from_secs(600));
        let sweep = async { assert!(environment.functions().invoke_sender(json!({})).await.is_some()) };
        let held = environment.interleave(step, sweep, async { _ = send(environment, &batch).await }).await;
        environment.sqs.queue.give_back(batch);
        held
    })
    .await;
    everywhere("a batch, and the sweep", &["preorder_started"; 3], async |environment, step| {
        for n in 0..3 {
            preorder(environment, &format!("reader-{n}@example.com")).await;
        }
        let batch = environment.sqs.queue.receive();
        environment.clock.advance(std::time::Duration::from_secs(600));
        let sweep = async { _ = environment.functions().invoke_sender(json!({})).await };
        environment.interleave(step, async { _ = send(environment, &batch).await }, sweep).await
    })
    .await;
}

/// The preview reads that the subscription is cancelled; before that is stored, the reader resumes it, and Stripe's event
/// says so.
#[tokio::test]
async fn cancelling_reaches_stripe_although_an_older_answer_was_stored_after_the_resumption() {
    let announcements = &["champion_cancelled", "champion_started"];
    everywhere("a preview, and a resumption", announcements, async |environment, step| {
        let second = std::time::Duration::from_secs(1);
        let renewal = |action| champion(&format!("champion-subscription/{action}"), &json!({ "novelId": 7 }));
        subscribed(environment).await;
        environment.ask(&renewal("cancel"), 200).await;
        environment.settle().await;
        environment.clock.advance(second);
        let wish = json!({ "novelId": 7, "tierLevel": 2, "preview": true });
        let request = champion("champion-subscription/change", &wish);
        let resume = async |environment: &TestEnvironment| {
            assert_eq!(environment.functions().request(&renewal("resume")).await.0, 200);
            deliver(environment).await;
        };
        let preview = async { _ = environment.functions().request(&request).await };
        let held = environment.interleave(step, preview, resume(environment)).await;
        if !held {
            resume(environment).await;
        }
        environment.clock.advance(second);
        environment.ask(&renewal("cancel"), 200).await;
        assert_eq!(environment.stripe.objects("subscription")[0]["cancel_at_period_end"], true, "held at step {step}");
        held
    })
    .await;
}

/// Makes a subscriber whose account is gone, a renewal that names it and isn't delivered yet, and a new account of
/// theirs.
async fn returning(environment: &mut TestEnvironment) {
    subscribed(environment).await;
    environment.firebase.delete_user(UID);
    environment.advance(std::time::Duration::from_secs(32 * 24 * 60 * 60));
}

#[tokio::test]
async fn a_renewal_counts_for_whoever_takes_over_meanwhile() {
    let announcements = &["champion_renewed", "champion_started"];
    everywhere("a takeover, and a renewal", announcements, async |environment, step| {
        returning(environment).await;
        let sign_in = async { assert_eq!(environment.functions().request(&come_back()).await.0, 200) };
        let held = environment.interleave(step, sign_in, deliver(environment)).await;
        environment.ask(&come_back(), 200).await;
        held
    })
    .await;
    everywhere("a renewal, and a takeover", announcements, async |environment, step| {
        returning(environment).await;
        let sign_in = async { assert_eq!(environment.functions().request(&come_back()).await.0, 200) };
        let held = environment.interleave(step, deliver(environment), sign_in).await;
        environment.ask(&come_back(), 200).await;
        held
    })
    .await;
}
