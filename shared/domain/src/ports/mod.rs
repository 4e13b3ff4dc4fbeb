//! What the use cases need of the outside. The docs of a method are its contract; one contract suite in the test kit
//! runs on every implementation.

mod account;
mod catch_up;
mod champion;
mod gateway;
mod identity;
mod outbox;
mod retention;
mod store;

pub use account::AccountStore;
pub use catch_up::{
    CatchUpStore, EventFilter, EventPage, EventSource, EventSourceError, ListedEvent, TYPES_OF_A_PAGE, Watermark,
};
pub use champion::{
    Billing, BillingError, ChampionStore, ClientSecret, IntentAnswer, IntentState, InvoicePaid, NextInvoice,
    PortalLink, PurchaseRequest, RefundedSubscription, Rolled, SubscriptionAnswer, SubscriptionRequest,
};
pub use gateway::{CheckoutGateway, GatewayError, Gone, OpenedSession, PriceGateway, SessionRequest, SessionStatus};
pub use identity::{AccountStates, AppVerifier, IdentityError, IdentityProvider, TokenError, TokenVerifier};
pub use outbox::{Backlog, Delivery, Marketing, MarketingError, OutboxStore, PublishError, Publisher, UnsentEntry};
pub use retention::RetentionStore;
pub use store::{CheckoutSaved, KnownEvent, LimitedError, NewPreorder, PreorderStore, StoreError, StripeEventStore};

use uuid::Uuid;

use crate::Timestamp;

/// The time. Only `main` has a real one.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}

/// A source of random identifiers. Only `main` has a real one.
pub trait Randomness: Send + Sync {
    /// Returns a random UUID (version 4).
    fn uuid(&self) -> Uuid;
}

/// What made an adapter fail, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;
