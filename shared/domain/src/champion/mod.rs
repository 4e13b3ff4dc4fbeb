//! A reader's support of one novel: every month through a Stripe subscription, or by single purchases.

pub mod account;
mod announce;
pub mod booking;
mod change;
pub mod entitlement;
pub mod on_event;
pub mod payment;
pub mod purchase;
pub mod renewal;
pub mod status;
pub mod subscribe;
pub mod subscription;
pub mod tier;
pub mod timeline;

pub use crate::{
    champion_key::ChampionKey,
    champion_metadata::{ChampionMetadata, PurchaseType},
    period::Period,
    tier_level::TierLevel,
};
pub use account::{ChampionAccount, ChampionWrite, Support};
pub use change::{ChampionChange, Step};
pub use entitlement::{Entitlement, Grant, GrantType, Ledger};
pub use payment::{PaymentKind, PaymentMethod, PaymentRecord, PaymentStatus};
pub use subscription::{Subscription, Version};
pub use tier::Tier;
