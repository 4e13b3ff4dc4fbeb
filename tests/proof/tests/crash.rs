//! The process, a connection or an answer is lost at every step of every journey; it ends as if nothing had happened.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]

use pledge_proof::{
    dials,
    enumeration::{Ways, break_everywhere},
    journeys::Journey::{self, *},
    world::Warmth,
};

/// A journey, broken everywhere: in one process that goes on, and with a cold start for every call.
fn prove(journey: Journey, twice: bool) {
    if dials::whole() {
        _ = break_everywhere(journey, Warmth::Warm, Ways::All, twice);
        _ = break_everywhere(journey, Warmth::Cold, Ways::Quick, false);
    } else {
        _ = break_everywhere(journey, Warmth::Warm, Ways::Short, false);
    }
}

#[test]
fn a_preorder_is_paid() {
    prove(PreorderPaid, false);
}

#[test]
fn a_preorder_is_abandoned() {
    prove(PreorderAbandoned, false);
}

#[test]
fn a_preorder_is_paid_days_later() {
    prove(PreorderDelayed, false);
}

#[test]
fn a_card_is_refused_and_another_taken() {
    prove(PreorderRetried, false);
}

#[test]
fn a_preorder_is_refunded() {
    prove(PreorderRefunded, false);
}

#[test]
fn a_subscription_starts() {
    prove(SubscriptionStarted, false);
}

#[test]
fn a_subscription_renews() {
    prove(SubscriptionRenewed, false);
}

#[test]
fn a_subscription_is_cancelled_resumed_and_cancelled() {
    prove(SubscriptionCancelled, false);
}

#[test]
fn a_subscription_is_refunded() {
    prove(SubscriptionRefunded, false);
}

#[test]
fn days_are_bought() {
    prove(Purchased, false);
}

#[test]
fn one_event_is_recorded() {
    prove(OneEvent, true);
}

#[test]
fn a_batch_is_sent() {
    prove(Batch, true);
}

#[test]
fn the_sweep_finds_what_the_queue_lost() {
    prove(Sweep, true);
}
