//! Where a reader stands with a novel.

use crate::{
    Timestamp,
    champion::{ChampionAccount, PaymentRecord, Subscription, Support},
};

/// What a reader is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is bought; none if nothing ever was.
    pub support: Option<Support>,
    /// Whether it runs now.
    pub runs: bool,
    /// The subscription that counts.
    pub subscription: Option<Subscription>,
    /// A subscription that waits for its first payment.
    pub pending: Option<PaymentRecord>,
}

/// Where the reader stands at this moment.
#[must_use]
pub fn standing(account: &ChampionAccount, now: Timestamp) -> Standing {
    Standing {
        support: account.support(),
        runs: account.runs_at(now),
        subscription: account.current_subscription().cloned(),
        pending: account.open_attempt().cloned(),
    }
}
