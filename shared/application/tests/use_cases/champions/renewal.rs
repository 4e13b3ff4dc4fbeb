//! Cancelling, resuming, and renewing at another tier.

use pledge_application::champions::{RenewalError, TierChangeError};
use pledge_domain::{
    champion::renewal::{Ending, InvoiceStatus, RunningInvoice},
    ids::InvoiceId,
    ports::ChampionStore,
    stripe::SubscriptionStatus,
};
use pledge_testkit::{
    builders::{champion, level},
    time::t,
};

use super::{Reader, id};

fn running(status: InvoiceStatus) -> RunningInvoice {
    RunningInvoice { id: InvoiceId::parse("in_2").unwrap(), status }
}

#[tokio::test]
async fn cancelling_and_resuming_are_stored_at_once_and_repeats_change_nothing() {
    let reader = Reader::new();
    assert!(matches!(reader.change_renewal(false).await, Err(RenewalError::SubscriptionNotFound)));
    let answer = reader.subscribe(3).await.unwrap();
    assert!(matches!(reader.change_renewal(false).await, Err(RenewalError::SubscriptionNotFound)), "not paid yet");
    reader.pay(&answer).await;
    for renew in [false, false, true, true] {
        let support = reader.change_renewal(renew).await.unwrap().support.unwrap();
        assert_eq!((support.auto_renew, support.cancel_at_period_end, support.is_active), (renew, !renew, true));
    }
    let calls = reader.billing().calls();
    let changes: Vec<_> = calls.iter().filter(|call| ["cancel_at_period_end", "resume"].contains(*call)).collect();
    assert_eq!(changes, [&"cancel_at_period_end", &"resume"]);
}

#[tokio::test]
async fn a_subscription_that_ended_unseen_cannot_be_cancelled() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    reader.billing().set_status(id(&answer), SubscriptionStatus::Canceled);
    assert!(matches!(reader.change_renewal(false).await, Err(RenewalError::SubscriptionNotFound)));
    assert!(!reader.standing().await.support.unwrap().auto_renew);
}

#[tokio::test]
async fn of_two_changes_of_tier_at_once_the_one_that_stripe_took_last_is_stored() {
    let reader = Reader::new();
    let answer = reader.subscribe(5).await.unwrap();
    reader.pay(&answer).await;
    reader.change_tier(3).await.unwrap();
    let third = reader.billing().goes_on_at(id(&answer)).unwrap();
    // Stripe takes the next change first, and a concurrent change to tier 3 right after it.
    reader.billing().overtake_change(third.clone());
    reader.change_tier(1).await.unwrap();
    assert_eq!(reader.billing().goes_on_at(id(&answer)), Some(third));
    let account = reader.champions.store.account(&champion("ada")).await.unwrap();
    assert_eq!(account.live_subscription().unwrap().tier, Some(level(3)));
}

/// A reader who cancelled isn't charged any more.
#[tokio::test]
async fn cancelling_while_the_running_period_is_not_paid_ends_now_and_voids_its_invoice() {
    for status in [InvoiceStatus::Draft, InvoiceStatus::Open, InvoiceStatus::Dead] {
        let reader = Reader::new();
        let answer = reader.subscribe(3).await.unwrap();
        reader.pay(&answer).await;
        reader.billing().set_running(id(&answer), running(status));
        let support = reader.change_renewal(false).await.unwrap().support.unwrap();
        assert_eq!((support.auto_renew, support.cancel_at_period_end, reader.live()), (false, false, 0), "{status:?}");
        assert_eq!(reader.billing().calls().contains(&"void_invoice"), status != InvoiceStatus::Dead);
    }
}

#[tokio::test]
async fn cancelling_while_the_running_period_is_paid_ends_the_subscription_with_it() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    reader.billing().set_running(id(&answer), running(InvoiceStatus::Paid));
    let support = reader.change_renewal(false).await.unwrap().support.unwrap();
    assert_eq!((support.cancel_at_period_end, reader.live()), (true, 1));
}

/// Otherwise Stripe takes the cancellation as one of the new period, and charges that period's draft an hour later.
#[tokio::test]
async fn cancelling_while_the_next_period_begins_ends_now_and_voids_its_draft() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    reader.billing().overtake_cancellation(running(InvoiceStatus::Draft));
    let support = reader.change_renewal(false).await.unwrap().support.unwrap();
    assert_eq!((support.auto_renew, support.cancel_at_period_end, reader.live()), (false, false, 0));
    let last = ["cancel_at_period_end", "void_invoice", "subscription", "cancel_now"];
    assert!(reader.billing().calls().ends_with(&last));
}

#[tokio::test]
async fn an_operator_who_ends_a_subscription_while_its_next_period_begins_ends_it_now() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    reader.billing().overtake_cancellation(running(InvoiceStatus::Draft));
    let ended = reader.champions.end_subscription(&champion("ada"), id(&answer), t(9)).await.unwrap();
    assert_eq!((ended, reader.live()), (Ending::Now, 0));
    assert!(reader.billing().calls().contains(&"void_invoice"));
}

/// Somebody cancelled the subscription in Stripe's dashboard, and then its renewal was refused.
#[tokio::test]
async fn cancelling_what_is_cancelled_and_past_due_voids_the_open_invoice() {
    for status in [SubscriptionStatus::PastDue, SubscriptionStatus::Unpaid] {
        let reader = Reader::new();
        let answer = reader.subscribe(3).await.unwrap();
        reader.pay(&answer).await;
        reader.change_renewal(false).await.unwrap();
        reader.billing().set_status(id(&answer), status);
        reader.billing().set_running(id(&answer), running(InvoiceStatus::Open));
        // Whatever asks Stripe stores what it says.
        assert!(matches!(reader.change_tier(1).await, Err(TierChangeError::NotPossible(_))));
        let support = reader.change_renewal(false).await.unwrap().support.unwrap();
        assert_eq!((support.auto_renew, reader.live()), (false, 0), "{status:?}");
        assert!(reader.billing().calls().contains(&"void_invoice"), "{status:?}");
    }
}
