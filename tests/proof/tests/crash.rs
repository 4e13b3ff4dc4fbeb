//! The process, a connection or an answer is lost at every step of every journey. The final state is as if nothing had
//! been lost.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]

use pledge_proof::{
    enumeration::{Modes, break_everywhere},
    environment::StartMode,
    journeys::Journey::{self, *},
    settings,
};

/// Fails every step of a journey: in one process that goes on, and with a cold start for every call.
fn prove(journey: Journey, twice: bool) {
    if settings::whole() {
        _ = break_everywhere(journey, StartMode::Warm, Modes::All, twice);
        _ = break_everywhere(journey, StartMode::Cold, Modes::Quick, false);
    } else {
        _ = break_everywhere(journey, StartMode::Warm, Modes::Short, false);
    }
}

#[test]
fn a_preorder_is_paid_once_whatever_step_fails() {
    prove(PreorderPaid, false);
}

#[test]
fn a_preorder_is_abandoned_once_whatever_step_fails() {
    prove(PreorderAbandoned, false);
}

#[test]
fn a_preorder_is_paid_days_later_once_whatever_step_fails() {
    prove(PreorderDelayed, false);
}

#[test]
fn a_card_is_refused_and_another_taken_once_whatever_step_fails() {
    prove(PreorderRetried, false);
}

#[test]
fn a_preorder_is_refunded_once_whatever_step_fails() {
    prove(PreorderRefunded, false);
}

#[test]
fn a_reader_signs_in_once_whatever_step_fails() {
    prove(SignedIn, false);
}

#[test]
fn a_reader_who_comes_back_takes_over_once_whatever_step_fails() {
    prove(CameBack, false);
}

#[test]
fn consent_is_given_and_withdrawn_whatever_step_fails() {
    prove(ConsentGivenAndWithdrawn, true);
}

#[test]
fn a_subscription_starts_once_whatever_step_fails() {
    prove(SubscriptionStarted, false);
}

#[test]
fn a_subscription_renews_once_whatever_step_fails() {
    prove(SubscriptionRenewed, false);
}

#[test]
fn a_subscription_is_cancelled_resumed_and_cancelled_whatever_step_fails() {
    prove(SubscriptionCancelled, false);
}

#[test]
fn a_refused_renewal_is_repaired_once_whatever_step_fails() {
    prove(RenewalRepaired, false);
}

#[test]
fn a_tier_is_changed_from_the_next_renewal_whatever_step_fails() {
    prove(TierChanged, false);
}

#[test]
fn a_billing_portal_is_opened_whatever_step_fails() {
    prove(PortalOpened, false);
}

#[test]
fn a_subscription_is_refunded_once_whatever_step_fails() {
    prove(SubscriptionRefunded, false);
}

#[test]
fn days_are_bought_once_whatever_step_fails() {
    prove(Purchased, false);
}

#[test]
fn a_refused_purchase_is_paid_once_and_its_failure_told_or_superseded_whatever_step_fails() {
    prove(PurchaseRetried, false);
}

#[test]
fn one_event_is_recorded_once_whatever_step_fails() {
    prove(OneEvent, true);
}

#[test]
fn a_batch_is_sent_once_whatever_step_fails() {
    prove(Batch, true);
}

#[test]
fn the_sweep_finds_what_the_queue_lost() {
    prove(Sweep, true);
}

#[test]
fn what_was_never_delivered_is_fetched_once_whatever_step_fails() {
    prove(CaughtUp, true);
}
