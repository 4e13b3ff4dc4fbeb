//! A reader's support of one novel: every month through a Stripe subscription, or by single purchases.

pub mod account;
mod announce;
pub mod booking;
pub mod carried_over;
mod change;
pub mod entering;
pub mod import;
mod invoice_lines;
pub mod invoice_to_pay;
pub mod join;
pub mod ledger;
pub mod moment;
mod money_back;
pub mod on_event;
pub mod payment;
pub mod purchase;
pub mod renewal;
pub mod revenue;
pub mod roll;
pub mod status;
pub mod subscribe;
pub mod subscription;
pub mod support;
pub mod tier;
pub mod tier_change;
pub mod timeline;
mod write;

pub use crate::{
    champion_key::ChampionKey,
    champion_metadata::{ChampionMetadata, PurchaseType},
    period::Period,
    tier_level::TierLevel,
};
pub use account::ChampionAccount;
pub use change::{ChampionChange, Step};
pub use ledger::{Grant, GrantType};
pub use moment::Moment;
pub use payment::{LineKind, PaidLine, PaymentKind, PaymentMethod, PaymentRecord, PaymentStatus};
pub use subscription::{InvoicePeriod, Subscription, Version};
pub use support::Support;
pub use tier::Tier;
pub use write::ChampionWrite;
