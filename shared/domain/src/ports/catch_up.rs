//! Events that were never delivered: where they are listed, and until when all are known.

use std::future::Future;

use crate::{
    Timestamp,
    ids::EventId,
    ports::{Cause, StoreError},
};

/// The most types that one page may ask for (<https://docs.stripe.com/api/events/list>).
pub const TYPES_OF_A_PAGE: usize = 20;

/// Which events to list.
#[derive(Debug, Clone, Copy)]
pub struct EventFilter<'a> {
    /// Of these types: [`TYPES_OF_A_PAGE`] at most.
    pub types: &'a [&'static str],
    /// Created then or later, in whole seconds.
    pub from: Timestamp,
    /// Created before, in whole seconds.
    pub until: Timestamp,
}

/// An event as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event's id.
    pub id: EventId,
    /// When it happened.
    pub created: Timestamp,
    /// The event as JSON, just as the body of a delivery has it.
    pub body: Box<[u8]>,
}

/// A part of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<ListedEvent>,
    /// Whether older ones follow.
    pub more: bool,
}

/// Where events are listed that may never have been delivered.
pub trait EventSource: Send + Sync {
    /// Returns the newest events, or those that follow `after` on the last page. Nothing there is changed.
    ///
    /// # Errors
    /// [`EventSourceError`]; the same call may succeed later.
    fn page(
        &self,
        filter: EventFilter<'_>,
        after: Option<&EventId>,
    ) -> impl Future<Output = Result<EventPage, EventSourceError>> + Send;
}

/// The list can't be read.
#[derive(Debug, thiserror::Error)]
#[error("Stripe's events cannot be listed")]
pub struct EventSourceError(#[source] pub Cause);

/// Until when every event that was listed is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// The time before which every event is recorded that was listed at `moved_at`.
    pub at: Timestamp,
    /// When it was moved there.
    pub moved_at: Timestamp,
}

/// Until when every event is recorded.
pub trait CatchUpStore: Send + Sync {
    /// Returns the watermark; none before the first catch-up.
    fn watermark(&self) -> impl Future<Output = Result<Option<Watermark>, StoreError>> + Send;

    /// Moves the watermark forward. One that is further already stays.
    fn advance_watermark(&self, to: Timestamp, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns those of the events that aren't recorded, in any order.
    fn unrecorded(&self, events: &[EventId]) -> impl Future<Output = Result<Vec<EventId>, StoreError>> + Send;
}
