//! Stripe's events and everything that they change.

use std::future::Future;

use crate::{
    Timestamp,
    decide::{Plan, Recorded, Snapshot},
    ports::StoreError,
    stripe::StripeEvent,
};

/// What is to become of an event whose id is stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownEvent {
    /// The event stays as it was recorded, as any repeated delivery wants it.
    Stays,
    /// If it changed nothing when it was recorded, it is decided as if it were new: for an operator who has mended what
    /// it was parked or ignored for.
    DecidedAnew,
}

/// Stripe's events and everything that they change.
pub trait StripeEventStore: Send + Sync {
    /// Records an event in one transaction: locks what it names ([`crate::stripe::Fact::lookup`]), reads that, calls
    /// `decide` with it, and writes the plan, the outbox rows and the event's id. Calls `decide` again only if nothing
    /// was written.
    ///
    /// - Returns [`Recorded::Before`] if the event's id is stored already, unless `known` says otherwise. Two
    ///   deliveries at once take effect one after the other, so the second is `Before`.
    /// - An owner that metadata name but that has no user row is left out of a new preorder, to be linked later.
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
