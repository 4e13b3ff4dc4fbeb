//! Changes of the tier, from the next renewal on.

use crate::{
    champion::{
        ChampionAccount, Tier, TierLevel,
        renewal::{InvoiceStatus, RunningInvoice},
    },
    ids::SubscriptionId,
    stripe::SubscriptionStatus,
};

/// What a request for another tier leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TierChangeDecision {
    /// The novel has no such tier on sale, or there is no such novel.
    TierNotFound,
    /// No subscription runs.
    NotFound,
    /// The next renewal isn't there to be changed.
    NotPossible(Obstacle),
    /// Let this subscription renew at this tier.
    Change {
        /// The subscription.
        subscription: SubscriptionId,
        /// The tier.
        tier: Box<Tier>,
    },
}

/// Why the tier of the next renewal stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The next renewal is at this tier already.
    SameTier,
    /// The period that runs isn't paid.
    Unpaid,
    /// The subscription is going to end.
    Cancelled,
    /// Nothing is collected at the moment.
    Paused,
}

/// Decides whether the next renewal of the reader's subscription can be at this tier. `running` is the invoice of the
/// period that runs, as far as Stripe has been asked. A change can be undone until the renewal: what counts as the same
/// tier is the next renewal's, not the one that is read at now.
#[must_use]
pub fn decide(account: &ChampionAccount, level: TierLevel, running: Option<&RunningInvoice>) -> TierChangeDecision {
    use SubscriptionStatus::{PastDue, Paused, Unpaid};
    let Some(tier) = account.tier_on_sale(level) else { return TierChangeDecision::TierNotFound };
    let Some(live) = account.live_subscription() else { return TierChangeDecision::NotFound };
    let paid = running.is_none_or(|invoice| invoice.status == InvoiceStatus::Paid);
    let obstacle = match live.status {
        PastDue | Unpaid => Some(Obstacle::Unpaid),
        Paused => Some(Obstacle::Paused),
        _ if live.collection_paused => Some(Obstacle::Paused),
        _ if live.cancel_at_period_end => Some(Obstacle::Cancelled),
        _ if !paid => Some(Obstacle::Unpaid),
        _ => (account.tier_of(live) == Some(level)).then_some(Obstacle::SameTier),
    };
    match obstacle {
        Some(obstacle) => TierChangeDecision::NotPossible(obstacle),
        None => TierChangeDecision::Change { subscription: live.id.clone(), tier: Box::new(tier.clone()) },
    }
}
