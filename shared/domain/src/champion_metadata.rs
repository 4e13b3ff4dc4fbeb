//! The metadata of every subscription and single purchase that we make at Stripe, which its events carry too.
//!
//! The metadata alone is enough to book a payment, since an event can arrive before the transaction that made the object
//! has committed.

use crate::{
    champion_key::ChampionKey,
    ids::{NovelId, PaymentRecordId, UserId},
    metadata_name::{NOVEL, PAYMENT, PURCHASE, TIER, USER},
    tier_level::TierLevel,
};

/// The kind of a single purchase, by the access that ran when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurchaseType {
    /// The purchase begins access, since none ran.
    New,
    /// The purchase adds time, since access at its tier or a higher one ran.
    Extend,
    /// The purchase is of a higher tier than the one that ran.
    Upgrade,
}

impl PurchaseType {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::New, Self::Extend, Self::Upgrade];

    /// Returns the name in metadata, in the database and in responses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Extend => "extend",
            Self::Upgrade => "upgrade",
        }
    }

    /// Returns the type with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Our metadata on a Stripe object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChampionMetadata {
    /// `userId` and `novelId`.
    pub champion: ChampionKey,
    /// `tierLevel`: the tier when the object was made. After a change of plan the tier of the price counts.
    pub tier: Option<TierLevel>,
    /// `paymentRecordId`: the payment that the object was made for. Older subscriptions don't have it.
    pub payment: Option<PaymentRecordId>,
    /// `purchaseType`: the kind of a single purchase.
    pub purchase: Option<PurchaseType>,
}

impl ChampionMetadata {
    /// Reads a Stripe object's metadata; none if it names no reader and novel. A value that isn't of the expected form
    /// counts as missing.
    pub fn read<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let user = UserId::parse(get(USER)?).ok()?;
        let novel = NovelId::new(get(NOVEL)?.parse().ok()?).ok()?;
        Some(Self {
            champion: ChampionKey { user, novel },
            tier: get(TIER).and_then(|text| TierLevel::new(text.parse().ok()?).ok()),
            payment: get(PAYMENT).and_then(|text| PaymentRecordId::parse(text).ok()),
            purchase: get(PURCHASE).and_then(PurchaseType::parse),
        })
    }

    /// Returns the entries to put on a Stripe object.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'static str, String)> {
        let mut entries = vec![(USER, self.champion.user.to_string()), (NOVEL, self.champion.novel.get().to_string())];
        entries.extend(self.tier.map(|tier| (TIER, tier.to_string())));
        entries.extend(self.payment.map(|payment| (PAYMENT, payment.to_string())));
        entries.extend(self.purchase.map(|purchase| (PURCHASE, purchase.name().to_owned())));
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[(&str, &str)]) -> Option<ChampionMetadata> {
        ChampionMetadata::read(|key| entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = ChampionMetadata {
            champion: ChampionKey { user: UserId::parse("uid").unwrap(), novel: NovelId::new(7).unwrap() },
            tier: Some(TierLevel::new(3).unwrap()),
            payment: Some(PaymentRecordId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap()),
            purchase: Some(PurchaseType::Upgrade),
        };
        let entries = written.entries();
        let borrowed: Vec<_> = entries.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert_eq!(read(&borrowed), Some(written));
    }

    #[test]
    fn a_reader_and_a_novel_are_enough_and_needed() {
        assert!(read(&[("userId", "uid"), ("novelId", "7"), ("tierLevel", "x")]).is_some_and(|m| m.tier.is_none()));
        for foreign in [&[("userId", "uid")][..], &[("userId", "uid"), ("novelId", "0")], &[("preorderId", "x")]] {
            assert_eq!(read(foreign), None);
        }
    }
}
