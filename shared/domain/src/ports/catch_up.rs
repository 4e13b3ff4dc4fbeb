//! The ports of the catch-up: Stripe's list of events, and the watermark up to which all are recorded.

use std::future::Future;

use crate::{
    Timestamp,
    ids::EventId,
    ports::{Cause, StoreError},
};

/// The most types that one page may ask for (<https://docs.stripe.com/api/events/list>).
pub const TYPES_OF_A_PAGE: usize = 20;

/// The filter of a list of events.
#[derive(Debug, Clone, Copy)]
pub struct EventFilter<'a> {
    /// The types of events, at most [`TYPES_OF_A_PAGE`].
    pub types: &'a [&'static str],
    /// The first time of creation that is listed, in whole seconds.
    pub from: Timestamp,
    /// The time of creation from which on events aren't listed, in whole seconds.
    pub until: Timestamp,
}

/// An event as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event's id.
    pub id: EventId,
    /// When the event happened.
    pub created: Timestamp,
    /// The event as JSON, in the form of a delivery's body.
    pub body: Box<[u8]>,
}

/// A page of a list of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The events, newest first.
    pub events: Vec<ListedEvent>,
    /// Whether older events follow.
    pub more: bool,
}

/// The list of Stripe's events, which includes events that were never delivered.
pub trait EventSource: Send + Sync {
    /// Returns the first page of the filtered events, or the page after the event `after`. Changes nothing at Stripe.
    ///
    /// # Errors
    /// [`EventSourceError`]; the same call may succeed later.
    fn page(
        &self,
        filter: EventFilter<'_>,
        after: Option<&EventId>,
    ) -> impl Future<Output = Result<EventPage, EventSourceError>> + Send;
}

/// The failure to read the list of events.
#[derive(Debug, thiserror::Error)]
#[error("Stripe's events cannot be listed")]
pub struct EventSourceError(#[source] pub Cause);

/// The time up to which every listed event is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// The time before which all events are recorded that Stripe listed at `moved_at`.
    pub at: Timestamp,
    /// When the watermark was moved to `at`.
    pub moved_at: Timestamp,
}

/// The store of the catch-up's watermark, and of the ids of recorded events.
pub trait CatchUpStore: Send + Sync {
    /// Returns the watermark; none before the first catch-up.
    fn watermark(&self) -> impl Future<Output = Result<Option<Watermark>, StoreError>> + Send;

    /// Moves the watermark forward to `to`, and stores `now` as the time of that. A later watermark stays.
    fn advance_watermark(&self, to: Timestamp, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns those of `events` that aren't recorded, in any order.
    fn unrecorded(&self, events: &[EventId]) -> impl Future<Output = Result<Vec<EventId>, StoreError>> + Send;
}
