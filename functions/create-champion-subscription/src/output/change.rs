//! Changes of the tier, from the next renewal on.

use pledge_application::champions::TierChange;
use pledge_domain::{champion::TierLevel, ids::SubscriptionId, money::Currency};
use pledge_http_api::Moment;
use serde::Serialize;

/// What the next renewal costs at another tier.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionChange {
    /// Whether nothing was changed.
    preview: bool,
    /// The subscription in Stripe.
    subscription_id: SubscriptionId,
    /// The tier from the next renewal on.
    tier_level: u8,
    /// When it renews.
    renews_at: Moment,
    /// What it then costs, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
}

impl ChampionChange {
    /// Makes the body of a change, or of a look at one.
    pub fn new(change: TierChange, level: TierLevel, preview: bool) -> Self {
        Self {
            preview,
            subscription_id: change.subscription,
            tier_level: level.get(),
            renews_at: Moment(change.next.at),
            amount: change.next.due.amount,
            currency: change.next.due.currency,
        }
    }
}
