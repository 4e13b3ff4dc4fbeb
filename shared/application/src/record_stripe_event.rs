//! Recording a verified Stripe event with everything that it changes, and queueing its announcements for the sender.

use pledge_domain::{
    Timestamp,
    champion::Moment,
    decide::{OF_ANOTHER_DEPLOYMENT, Plan, Recorded, decide},
    ports::{KnownEvent, PublishError, Publisher, StoreError, StripeEventStore},
    stripe::StripeEvent,
};

/// Records Stripe's events.
#[derive(Debug)]
pub struct RecordStripeEvent<Store, Queue> {
    /// The store of events and everything that they change.
    pub store: Store,
    /// Tells the sender about new announcements.
    pub queue: Queue,
    /// Whether real money moves in this stage.
    pub livemode: bool,
    /// The name with which this deployment marks its objects at Stripe (`metadata.deployment`). Several deployments may
    /// share an account.
    pub deployment: String,
    /// How long access goes on after a paid period while its renewal is about to be charged.
    pub renewal_grace: time::Duration,
}

/// The result of a delivery that was recorded.
#[derive(Debug)]
pub struct Processed {
    /// Whether the event was recorded now, with which outcome, or before.
    pub recorded: Recorded,
    /// Whether the new announcements were queued. If they weren't, the sweep finds them.
    pub queued: Result<(), PublishError>,
}

/// The reason why a delivery wasn't recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The event is a test event and the stage is live, or the other way round.
    #[error("the event's livemode is not that of this stage")]
    WrongMode,
    /// The database failed; Stripe must deliver again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<Store: StripeEventStore, Queue: Publisher> RecordStripeEvent<Store, Queue> {
    /// Records an event and queues its new announcements. An event that was recorded before changes nothing.
    ///
    /// # Errors
    /// [`RecordError`]; nothing was stored then.
    pub async fn run(&self, event: &StripeEvent, now: Timestamp) -> Result<Processed, RecordError> {
        self.record(event, KnownEvent::Stays, now).await
    }

    /// Records an event like [`run`](Self::run), but decides it anew if it was recorded before and changed nothing.
    ///
    /// # Errors
    /// [`RecordError`]; nothing was stored then.
    pub async fn decide_anew(&self, event: &StripeEvent, now: Timestamp) -> Result<Processed, RecordError> {
        self.record(event, KnownEvent::DecidedAnew, now).await
    }

    async fn record(&self, event: &StripeEvent, known: KnownEvent, now: Timestamp) -> Result<Processed, RecordError> {
        if event.livemode != self.livemode {
            return Err(RecordError::WrongMode);
        }
        let moment = Moment { now, renewal_grace: self.renewal_grace };
        let another = event.deployment.as_ref().is_some_and(|deployment| *deployment != self.deployment);
        let decide = |snapshot| {
            if another { Plan::ignore(OF_ANOTHER_DEPLOYMENT) } else { decide(snapshot, event, moment) }
        };
        let recorded = match self.store.record(event, known, now, decide).await {
            // The database would refuse every repeat too, and Stripe stops repeating after three days, so a person must see
            // the event.
            Err(StoreError::Rejected(cause)) => {
                let reason = format!("the database refused: {cause}");
                self.store.record(event, known, now, |_| Plan::park(reason.clone())).await?
            }
            result => result?,
        };
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
