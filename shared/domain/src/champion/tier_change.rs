//! The rule of changing a subscription's tier, from its next renewal on.

use crate::{
    champion::{
        ChampionAccount, Tier, TierLevel,
        renewal::{InvoiceStatus, RunningInvoice},
    },
    ids::SubscriptionId,
    stripe::SubscriptionStatus,
};

/// The decision about a request for another tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TierChangeDecision {
    /// The novel has no such tier on sale, or there is no such novel.
    TierNotFound,
    /// No subscription runs.
    NotFound,
    /// The next renewal can't be changed.
    NotPossible(Obstacle),
    /// The subscription is to renew at the tier.
    Change {
        /// The subscription.
        subscription: SubscriptionId,
        /// The tier.
        tier: Box<Tier>,
    },
}

/// The reason why the tier of the next renewal can't be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The next renewal is at this tier already.
    SameTier,
    /// The period that runs isn't paid.
    Unpaid,
    /// The subscription is cancelled and going to end.
    Cancelled,
    /// The collection of the subscription's payments is paused.
    Paused,
}

/// Decides whether the reader's live subscription can renew at this tier. `running` is the invoice of its running period,
/// if it has one. The level is compared with the next renewal's tier, and not with the tier at which the reader has access
/// now, so that a change can be undone until the renewal.
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
