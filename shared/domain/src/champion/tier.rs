//! The tiers of a novel, with what a month of support costs.

use crate::{
    ids::{NovelId, PriceId},
    money::{Currency, Money},
    tier_level::TierLevel,
};

/// A tier of a novel. Prices come from here and never from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// The novel of the tier.
    pub novel: NovelId,
    /// The tier's level, from 1.
    pub level: TierLevel,
    /// The tier's name.
    pub name: String,
    /// The price of a month, and of a single purchase of 30 days.
    pub price: Money,
    /// The recurring Stripe price of exactly that amount, once it was made.
    pub stripe_price: Option<PriceId>,
    /// Every recurring Stripe price that the tier ever had, so that invoices of an old price still belong to it.
    pub prices: Vec<PriceId>,
    /// Whether the tier is on sale. Subscriptions to a tier that isn't on sale any more go on.
    pub active: bool,
}

/// The tiers with which every new novel starts, lowest first.
pub const DEFAULT_TIERS: [DefaultTier; TierLevel::MAX as usize] = [
    DefaultTier { name: "Martial Cultivator", cents: 100, advance_chapters: 1 },
    DefaultTier { name: "Profound Realm", cents: 300, advance_chapters: 2 },
    DefaultTier { name: "Martial Lord", cents: 500, advance_chapters: 3 },
    DefaultTier { name: "Martial King", cents: 1000, advance_chapters: 5 },
    DefaultTier { name: "Half Martial Emperor", cents: 1500, advance_chapters: 8 },
    DefaultTier { name: "Martial Emperor", cents: 2000, advance_chapters: 10 },
    DefaultTier { name: "Half Martial Ancestor", cents: 2500, advance_chapters: 15 },
    DefaultTier { name: "Martial Ancestor", cents: 4000, advance_chapters: 20 },
    DefaultTier { name: "True Immortal", cents: 5500, advance_chapters: 25 },
    DefaultTier { name: "Heavenly Immortal", cents: 7000, advance_chapters: 30 },
    DefaultTier { name: "Martial Immortal", cents: 10_000, advance_chapters: 40 },
    DefaultTier { name: "Exalted", cents: 12_500, advance_chapters: 50 },
    DefaultTier { name: "Utmost Exalted", cents: 16_000, advance_chapters: 65 },
];

/// One of [`DEFAULT_TIERS`]; its level is its place, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultTier {
    /// The tier's name.
    pub name: &'static str,
    /// The price of a month, in cents of a US dollar.
    pub cents: i64,
    /// The number of chapters that readers of the tier may read before they are published.
    pub advance_chapters: i32,
}

impl Tier {
    /// Returns the default tiers, as tiers of this novel.
    #[must_use]
    pub fn defaults(novel: NovelId) -> Vec<Self> {
        TierLevel::all()
            .zip(DEFAULT_TIERS)
            .map(|(level, default)| Self {
                novel,
                level,
                name: default.name.to_owned(),
                price: Money::new(default.cents, Currency::USD),
                stripe_price: None,
                prices: Vec::new(),
                active: true,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_tier_costs_more_and_gives_more_than_the_one_below() {
        assert!(
            DEFAULT_TIERS
                .windows(2)
                .all(|pair| { pair[0].cents < pair[1].cents && pair[0].advance_chapters < pair[1].advance_chapters })
        );
        let tiers = Tier::defaults(NovelId::new(7).unwrap());
        assert_eq!(tiers.iter().map(|tier| tier.level.get()).collect::<Vec<_>>(), (1..=13).collect::<Vec<_>>());
    }
}
