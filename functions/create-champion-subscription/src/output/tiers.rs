//! The response with the tiers of a novel.

use pledge_domain::{champion::Tier, ids::NovelId, money::Currency};
use serde::Serialize;

/// The tiers of a novel that are on sale.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NovelTiers {
    /// The novel.
    novel_id: i64,
    /// The tiers, lowest first.
    tiers: Vec<TierOnSale>,
}

impl NovelTiers {
    /// Makes the body of a novel's tiers.
    pub fn new(novel: NovelId, tiers: Vec<Tier>) -> Self {
        Self { novel_id: novel.get(), tiers: tiers.into_iter().map(TierOnSale::from).collect() }
    }
}

/// A tier that can be subscribed to, or bought for 30 days.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TierOnSale {
    /// The level, from 1.
    tier_level: u8,
    /// The name of the tier.
    name: String,
    /// The price of a month, which is also that of 30 days bought once, in minor units of the currency.
    amount: i64,
    /// The currency of the price.
    currency: Currency,
}

impl From<Tier> for TierOnSale {
    fn from(tier: Tier) -> Self {
        Self { tier_level: tier.level.get(), name: tier.name, amount: tier.price.amount, currency: tier.price.currency }
    }
}
