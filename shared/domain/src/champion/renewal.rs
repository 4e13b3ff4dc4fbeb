//! Cancelling at the end of the period, and changing one's mind.

use crate::champion::{ChampionAccount, Subscription};

/// What a request to cancel or to resume leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// No subscription runs. What was bought once doesn't renew and can't be cancelled.
    NotFound,
    /// It is so already.
    AlreadySo(Box<Subscription>),
    /// Tell Stripe.
    Change(Box<Subscription>),
}

/// Decides whether Stripe must be told that the subscription is, or isn't, to go on after its period.
#[must_use]
pub fn decide(account: &ChampionAccount, renew: bool) -> Decision {
    match account.live_subscription() {
        None => Decision::NotFound,
        Some(live) if live.renews() == renew => Decision::AlreadySo(Box::new(live.clone())),
        Some(live) => Decision::Change(Box::new(live.clone())),
    }
}
