//! The response to a change of tier, which takes effect at the next renewal.

use pledge_application::champions::TierChange;
use pledge_domain::{champion::TierLevel, ids::SubscriptionId, money::Currency};
use pledge_http_api::UtcTime;
use serde::Serialize;

/// The cost of the next renewal at another tier.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionChange {
    /// Whether this is a preview, and nothing was changed.
    preview: bool,
    /// The subscription in Stripe.
    subscription_id: SubscriptionId,
    /// The tier from the next renewal on.
    tier_level: u8,
    /// When the subscription renews.
    renews_at: UtcTime,
    /// The cost of the renewal, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
}

impl ChampionChange {
    /// Makes the body of a change, or of its preview.
    pub fn new(change: TierChange, level: TierLevel, preview: bool) -> Self {
        Self {
            preview,
            subscription_id: change.subscription,
            tier_level: level.get(),
            renews_at: UtcTime(change.next.at),
            amount: change.next.due.amount,
            currency: change.next.due.currency,
        }
    }
}
