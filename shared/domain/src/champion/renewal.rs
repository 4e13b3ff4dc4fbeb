//! Cancelling at the end of the period, and changing one's mind.

use crate::champion::{ChampionAccount, Subscription};

/// What a request to cancel or to resume leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalDecision {
    /// No subscription runs. What was bought once doesn't renew and can't be cancelled.
    NotFound,
    /// The subscription is already as it was asked to be.
    AlreadyDone(Box<Subscription>),
    /// Tell Stripe.
    Change(Box<Subscription>),
}

/// Decides whether Stripe must be told that the subscription is, or isn't, to go on after its period.
#[must_use]
pub fn decide(account: &ChampionAccount, renew: bool) -> RenewalDecision {
    match account.live_subscription() {
        None => RenewalDecision::NotFound,
        Some(live) if live.renews() == renew => RenewalDecision::AlreadyDone(Box::new(live.clone())),
        Some(live) => RenewalDecision::Change(Box::new(live.clone())),
    }
}
