//! A verified Stripe event is recorded with everything that it changes, and the sender is told.

use pledge_domain::{
    Timestamp,
    decide::Recorded,
    ports::{PublishError, Publisher, StoreError, StripeEventStore},
    stripe::StripeEvent,
};

/// Records Stripe's events.
#[derive(Debug)]
pub struct RecordStripeEvent<Store, Queue> {
    /// Where events and what they change are kept.
    pub store: Store,
    /// Tells the sender about new announcements.
    pub queue: Queue,
    /// Whether real money moves in this stage.
    pub livemode: bool,
}

/// What became of a delivery.
#[derive(Debug)]
pub struct Processed {
    /// What recording it came to.
    pub recorded: Recorded,
    /// Whether the sender was told of the new announcements. If not, the sweep finds them.
    pub queued: Result<(), PublishError>,
}

/// Why a delivery wasn't recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A test event at a live stage, or the other way round. Nothing that happens there may count here.
    #[error("the event's livemode is not that of this stage")]
    WrongMode,
    /// The database didn't do it; Stripe must deliver again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<Store: StripeEventStore, Queue: Publisher> RecordStripeEvent<Store, Queue> {
    /// Records the event.
    ///
    /// # Errors
    /// [`RecordError`]; nothing was stored then.
    pub async fn run(&self, event: &StripeEvent, now: Timestamp) -> Result<Processed, RecordError> {
        if event.livemode != self.livemode {
            return Err(RecordError::WrongMode);
        }
        let recorded = self.store.record(event, now).await?;
        let queued = match &recorded {
            Recorded::Now { announcements, .. } if !announcements.is_empty() => {
                let rows: Vec<_> = announcements.iter().map(|new| new.id).collect();
                self.queue.publish(&rows).await
            }
            Recorded::Now { .. } | Recorded::Before => Ok(()),
        };
        Ok(Processed { recorded, queued })
    }
}
