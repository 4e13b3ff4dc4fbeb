//! Where a reader stands with a novel.

use crate::champion::{ChampionAccount, Moment, PaymentRecord, Subscription, Support};

/// What a reader is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is bought; none if nothing ever was.
    pub support: Option<Support>,
    /// The subscription that counts.
    pub subscription: Option<Subscription>,
    /// A subscription that waits for its first payment.
    pub pending: Option<PaymentRecord>,
}

/// Returns where the reader stands at this moment.
#[must_use]
pub fn standing(account: ChampionAccount, moment: Moment) -> Standing {
    let account = account.at(moment);
    Standing {
        support: account.support(),
        subscription: account.current_subscription().cloned(),
        pending: account.open_attempt().cloned(),
    }
}
