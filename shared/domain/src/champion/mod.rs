//! A reader's support of one novel: every month through a Stripe subscription, or by single purchases.

pub mod account;
mod announce;
pub mod booking;
mod change;
pub mod entitlement;
pub mod metadata;
pub mod on_event;
pub mod payment;
pub mod purchase;
pub mod renewal;
pub mod status;
pub mod subscribe;
pub mod subscription;
pub mod tier;
pub mod timeline;

use crate::{
    Timestamp,
    ids::{NovelId, UserId},
};
pub use account::{ChampionAccount, ChampionWrite, Support};
pub use change::Step;
pub use entitlement::{Entitlement, Grant, GrantType, Ledger};
pub use metadata::{ChampionMetadata, PurchaseType};
pub use payment::{PaymentKind, PaymentMethod, PaymentRecord, PaymentStatus};
pub use subscription::{Subscription, Version};
pub use tier::{Tier, TierLevel};

#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod request_tests;
#[cfg(test)]
mod test_world;

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
