//! The port to the database for Stripe's events and everything that they change.

use std::future::Future;

use crate::{
    Timestamp,
    decide::{Plan, Recorded, Snapshot},
    ports::StoreError,
    stripe::StripeEvent,
};

/// The treatment of an event whose id is stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownEvent {
    /// The event stays as it was recorded: for repeated deliveries.
    Stays,
    /// If the event changed nothing when it was recorded, it is decided as if it were new: for an operator who has removed
    /// the reason why it was parked or ignored.
    DecidedAnew,
}

/// The store of Stripe's events, and of everything that they change.
pub trait StripeEventStore: Send + Sync {
    /// Records an event in one transaction: locks and reads the rows to which its keys lead
    /// ([`crate::stripe::Fact::lookup`]), calls `decide` with them, and writes the plan, the outbox rows and the event's
    /// id. Calls `decide` again only if nothing was written.
    ///
    /// - Returns [`Recorded::Before`] if the event's id is stored already, unless `known` says otherwise. Concurrent
    ///   deliveries of one event take effect one after the other, so the second is `Before`.
    /// - A new preorder whose owner, by the metadata, has no user row is stored without an owner, to be linked later.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written. [`StoreError::Rejected`] if the plan itself can't be written.
    fn record(
        &self,
        event: &StripeEvent,
        known: KnownEvent,
        now: Timestamp,
        decide: impl Fn(Snapshot) -> Plan + Send + Sync,
    ) -> impl Future<Output = Result<Recorded, StoreError>> + Send;
}
