//! Events of Stripe's that are never delivered are fetched, whichever they are. The final state is as if they had been
//! delivered.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may stop a test, and print what they counted"
)]

use pledge_proof::{
    TestEnvironment,
    enumeration::for_each,
    environment::{Arrival, StartMode},
    final_state::FinalState,
    functions::READER,
    journeys::{Journey, checkout, preorder},
    settings,
};
use pledge_stand_ins::stripe::Payment;
use pledge_stripe_events::HANDLED;
use pledge_testkit::TestDatabase;
use serde_json::Value;

/// A predicate of two numbers: whether the event with the first one is missing.
type IsMissing = fn(usize, usize) -> bool;

/// The ways in which events may be missing.
const MISSING: [(&str, IsMissing); 3] = [
    ("only the event with this number", |number, which| number == which),
    ("every event before this number", |number, which| number < which),
    ("every event from this number on", |number, which| number >= which),
];

/// Returns the final state of a journey, and the number of Stripe's events in it.
async fn run(database: &TestDatabase, journey: Journey, arrival: Arrival) -> (FinalState, usize) {
    let mut environment = TestEnvironment::new(database, StartMode::Warm).await;
    environment.set_arrival(arrival);
    journey.run(&mut environment, &[]).await;
    (environment.end().await, environment.stripe.events().len())
}

/// Runs a journey once for each way in which its events may be missing, and expects the same end each time. Returns the
/// number of runs with missing events.
async fn ends_the_same(database: &TestDatabase, journey: Journey) -> usize {
    let (delivered, events) = run(database, journey, Arrival::LATE).await;
    assert_eq!(delivered.announcements(), journey.announcements(), "{journey:?}, delivered late");
    let mut runs = 0;
    let missing = if settings::whole() { &MISSING[..] } else { &MISSING[..2] };
    for (what, is_missing) in missing.iter().copied() {
        // With `make proof`, every event is missing once; otherwise one in the middle, and all before it.
        let numbers = if settings::whole() { 0..events } else { events / 2..events / 2 + 1 };
        for which in numbers {
            let (fetched, _) = run(database, journey, Arrival::Late { is_missing, which }).await;
            let difference = delivered.difference(&fetched);
            assert_eq!(difference, "", "{journey:?}: never delivered is {what}, {which} of {events}");
            runs += 1;
        }
    }
    let (fetched, _) = run(database, journey, Arrival::NEVER).await;
    assert_eq!(delivered.difference(&fetched), "", "{journey:?}: nothing is delivered");
    runs + 1
}

#[test]
fn a_journey_ends_the_same_whichever_of_its_events_are_never_delivered() {
    let runs = for_each(&Journey::ALL, async |database, journey| ends_the_same(database, *journey).await);
    println!("{} runs in which events are never delivered", runs.iter().sum::<usize>());
}

/// Pays a preorder without any delivery by Stripe, long enough ago for the events to be fetched.
async fn paid_and_undelivered(environment: &mut TestEnvironment) {
    environment.set_arrival(Arrival::NEVER);
    let preorder = preorder(environment, READER).await;
    let session = checkout(environment, &preorder).await;
    environment.settle().await;
    environment.stripe.pay_session(&session, Payment::default());
    environment.advance(std::time::Duration::from_secs(16 * 60));
}

/// A number of steps that no catch-up reaches.
const ENOUGH: usize = 80;

/// Holds a catch-up at each of its steps while something else happens, and compares the final states with that of a
/// catch-up that isn't held.
async fn held_everywhere(what: &str, between: impl AsyncFn(&TestEnvironment)) {
    let database = TestDatabase::new().await;
    let run = async |step| {
        let mut environment = TestEnvironment::with_connections(&database, StartMode::Warm, 4).await;
        paid_and_undelivered(&mut environment).await;
        let catch_up = async { _ = environment.functions().catch_up().await };
        let held = environment.interleave(step, catch_up, between(&environment)).await;
        (held, environment.end().await)
    };
    let (_, expected) = run(usize::MAX).await;
    assert_eq!(expected.announcements(), ["preorder_started", "preorder_success"]);
    for step in 0..ENOUGH {
        let (held, end) = run(step).await;
        assert_eq!(expected.difference(&end), "", "{what}, held at step {step}");
        if !held {
            println!("{what}: held at {step} steps");
            assert!(step > 0);
            return;
        }
    }
    panic!("{what}: more than {ENOUGH} steps");
}

#[tokio::test]
async fn two_catch_ups_at_once_count_everything_once() {
    held_everywhere("a catch-up, and another one", async |environment| {
        assert!(environment.functions().catch_up().await);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_delivered_while_it_is_fetched_counts_once() {
    held_everywhere("a catch-up, and a late delivery", async |environment| {
        let matters = |event: &Value| HANDLED.contains(&event["type"].as_str().unwrap());
        for event in environment.undelivered().into_iter().filter(matters) {
            let (status, body) = environment.functions().request(&environment.delivery(&event)).await;
            assert_eq!(status, 200, "{body}");
        }
    })
    .await;
}
