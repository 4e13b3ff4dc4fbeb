//! The ports: traits for everything outside that the use cases need. The docs of a method are its contract; one contract
//! suite in the test kit runs on every implementation of a store.

mod account;
mod billing;
mod catch_up;
mod champion;
mod gateway;
mod identity;
mod outbox;
mod preorder;
mod retention;
mod store_error;
mod stripe_event;

pub use account::AccountStore;
pub use billing::{
    Billing, BillingError, ClientSecret, IntentAnswer, IntentState, InvoicePaid, NextInvoice, PortalLink,
    PurchaseRequest, SubscriptionAnswer, SubscriptionRequest,
};
pub use catch_up::{
    CatchUpStore, EventFilter, EventPage, EventSource, EventSourceError, ListedEvent, TYPES_OF_A_PAGE, Watermark,
};
pub use champion::{ChampionStore, RefundedSubscription, Rolled};
pub use gateway::{CheckoutGateway, GatewayError, Gone, OpenedSession, PriceGateway, SessionRequest, SessionStatus};
pub use identity::{AccountStates, AppVerifier, IdentityError, IdentityProvider, TokenError, TokenVerifier};
pub use outbox::{Backlog, Delivery, Marketing, MarketingError, OutboxStore, PublishError, Publisher, UnsentEntry};
pub use preorder::{CheckoutSaved, NewPreorder, PreorderStore};
pub use retention::RetentionStore;
pub use store_error::{LimitedError, StoreError};
pub use stripe_event::{KnownEvent, StripeEventStore};

use uuid::Uuid;

use crate::Timestamp;

/// The source of the time. Only `main` uses the real clock.
pub trait Clock: Send + Sync {
    /// Returns the current time in UTC.
    fn now(&self) -> Timestamp;
}

/// The source of random identifiers. Only `main` uses the real one.
pub trait Randomness: Send + Sync {
    /// Returns a random UUID (version 4).
    fn uuid(&self) -> Uuid;
}

/// The error that made an adapter fail, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;
