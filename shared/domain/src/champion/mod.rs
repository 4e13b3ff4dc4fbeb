//! A reader's support of one novel: every month through a Stripe subscription, or by single purchases.

pub mod metadata;
pub mod tier;

use crate::{
    Timestamp,
    ids::{NovelId, UserId},
};
pub use metadata::{ChampionMetadata, PurchaseType};
pub use tier::{Tier, TierLevel};

/// Who supports what. Everything about one key is decided one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChampionKey {
    /// The reader.
    pub user: UserId,
    /// The novel.
    pub novel: NovelId,
}

/// A span of time, from its start up to but not including its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first moment in it.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}
