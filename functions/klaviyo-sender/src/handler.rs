//! The two kinds of invocation: a batch of messages from the queue, and the schedule.

use std::collections::HashMap;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::{Diagnostic, LambdaEvent};
use pledge_application::{
    clear_out::ClearOut,
    deliver_events::{DeliverEvents, Deliveries},
    roll_champions::{Roll, RollChampions},
    sweep_outbox::{SweepOutbox, Swept},
};
use pledge_domain::{
    error_chain::ErrorChain,
    ids::OutboxId,
    ports::{
        Backlog, ChampionStore, Clock, Delivery, Marketing, OutboxStore, PreorderStore, PublishError, Publisher,
        RetentionStore, StoreError,
    },
};
use pledge_queue::Message;
use pledge_runtime::{Metric, Metrics};
use serde::Serialize;
use serde_json::Value;

/// The use cases that this function is invoked for.
pub struct Handler<Store, Queue, Klaviyo, System> {
    /// Sends rows of the outbox to Klaviyo.
    pub deliver: DeliverEvents<Store, Klaviyo>,
    /// Queues overdue rows again.
    pub sweep: SweepOutbox<Store, Queue>,
    /// Computes the rows of readers' access anew that the passing of time has changed.
    pub roll: RollChampions<Store, Queue>,
    /// Deletes rows that aren't needed any more.
    pub clear_out: ClearOut<Store>,
    /// The time.
    pub system: System,
    /// Business metrics.
    pub metrics: Metrics,
}

/// The reason why an invocation failed as a whole; the queue then delivers the batch again.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// The invocation has `Records` that aren't a batch of messages.
    #[error("the event is not a batch of messages")]
    UnknownEvent(#[source] serde_json::Error),
    /// A message has no id, so its failure can't be reported by itself: an empty id would fail the whole batch too
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).
    #[error("a message without an id")]
    Unnamed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue refused messages of the schedule's. Everything else was done, and the sweep finds what they named.
    #[error("the queue refused messages")]
    Queue(#[from] PublishError),
}

/// The type and text that Lambda logs and returns for a failed invocation.
impl From<SenderError> for Diagnostic {
    fn from(error: SenderError) -> Self {
        let error_type = match error {
            SenderError::UnknownEvent(_) => "UnknownEvent",
            SenderError::Unnamed => "UnnamedMessage",
            SenderError::Store(_) => "StoreFailed",
            SenderError::Queue(_) => "QueueFailed",
        };
        Self { error_type: error_type.to_owned(), error_message: ErrorChain(&error).to_string() }
    }
}

/// The response to a scheduled invocation, for an operator who invokes the function by hand.
#[derive(Debug, Serialize)]
struct SweepReport {
    /// How many rows were queued again.
    requeued: usize,
    /// How many rows wait to be sent.
    waiting: i64,
    /// How many rows wait for an operator.
    parked: i64,
    /// How many preorders are in processing although their payment page has expired.
    stuck: i64,
    /// How many rows of readers' access were computed anew.
    rolled: usize,
    /// How many rows were deleted or emptied because they aren't needed any more.
    cleared: u64,
}

/// The most batches of unneeded rows that one scheduled invocation deletes. The next one, a minute later, goes on.
const CLEAR_BATCHES: usize = 10;

/// The most rounds of the sweep that one scheduled invocation takes.
const SWEEP_ROUNDS: usize = 20;

impl<Store, Queue, Klaviyo, System> Handler<Store, Queue, Klaviyo, System>
where
    Store: OutboxStore + PreorderStore + ChampionStore + RetentionStore,
    Queue: Publisher,
    Klaviyo: Marketing,
    System: Clock,
{
    /// Handles an invocation and returns its response: for a batch (an event with `Records`) the ids of the messages
    /// that failed, for the schedule (anything else) a report.
    ///
    /// # Errors
    /// [`SenderError`] if the whole batch must come again.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, SenderError> {
        if event.payload.get("Records").is_none() {
            let (swept, rolled) = (self.sweep().await?, self.roll().await?);
            // Deleting comes last, since nobody waits for it.
            let cleared = self.clear_out().await?;
            // A queue that is gone keeps nothing else from being done.
            swept.queued.and(rolled.queued)?;
            let Backlog { waiting, parked, .. } = swept.backlog;
            let (requeued, stuck, rolled) = (swept.requeued, swept.stuck, rolled.rows);
            let report = SweepReport { requeued, waiting, parked, stuck, rolled, cleared };
            return serde_json::to_value(report).map_err(SenderError::UnknownEvent);
        }
        let batch: SqsEvent = serde_json::from_value(event.payload).map_err(SenderError::UnknownEvent)?;
        let response = self.deliver(batch).await?;
        serde_json::to_value(response).map_err(SenderError::UnknownEvent)
    }

    /// Queues overdue rows again, and measures what waits.
    async fn sweep(&self) -> Result<Swept, StoreError> {
        let now = self.system.now();
        let swept = self.sweep.run(SWEEP_ROUNDS, now).await?;
        let Backlog { waiting, oldest, parked } = swept.backlog;
        let age = oldest.map_or(0, |oldest| (now - oldest).whole_seconds());
        self.metrics.record(Metric::OutboxWaiting, waiting, &[]);
        self.metrics.record(Metric::OutboxOldestAge, age, &[]);
        self.metrics.record(Metric::OutboxParked, parked, &[]);
        self.metrics.record(Metric::PreordersStuck, swept.stuck, &[]);
        if swept.requeued > 0 {
            tracing::warn!(requeued = swept.requeued, "events had waited too long and were queued again");
        }
        Ok(swept)
    }

    /// Deletes rows that aren't needed any more, measures their number by kind, and returns the whole number.
    async fn clear_out(&self) -> Result<u64, StoreError> {
        let cleared = self.clear_out.run(CLEAR_BATCHES, self.system.now()).await?;
        for (kind, rows) in cleared.kinds().into_iter().filter(|(_, rows)| *rows > 0) {
            self.metrics.record(Metric::RowsCleared, i64::try_from(rows).unwrap_or(i64::MAX), &[("Kind", kind)]);
            tracing::info!(kind, rows, "what isn't needed any more was forgotten");
        }
        Ok(cleared.total())
    }

    /// Computes the rows of readers' access anew that are due, and measures the subscriptions that an operator has to end.
    async fn roll(&self) -> Result<Roll, StoreError> {
        let start = self.system.now();
        let rolled = self.roll.run(&self.system).await?;
        self.metrics.record(Metric::SubscriptionsRefunded, self.roll.refunded(start).await?, &[]);
        Ok(rolled)
    }

    async fn deliver(&self, batch: SqsEvent) -> Result<SqsBatchResponse, SenderError> {
        let messages = batch.records.iter().map(named).collect::<Result<HashMap<_, _>, _>>()?;
        let ids: Vec<OutboxId> = messages.values().flatten().flatten().copied().collect();
        let deliveries = self.deliver.run(&ids, self.system.now()).await?;
        for metric in [Metric::KlaviyoSent, Metric::KlaviyoRetryable, Metric::KlaviyoParked] {
            let number = deliveries.values().filter(|delivery| metric_of(delivery) == metric).map(|_| 1).sum();
            if number > 0 {
                self.metrics.record(metric, number, &[]);
            }
        }
        let mut response = SqsBatchResponse::default();
        for (message_id, ids) in messages {
            if ids.is_none_or(|ids| any_failed(&ids, &deliveries)) {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = message_id.to_owned();
                response.batch_item_failures.push(failure);
            }
        }
        Ok(response)
    }
}

/// Returns a message's id and the rows that it names; `None` for the rows if the message can't be read. Such a message
/// fails each time, until SQS moves it to the dead-letter queue; the sweep finds the rows that it may have named.
fn named(message: &SqsMessage) -> Result<(&str, Option<Vec<OutboxId>>), SenderError> {
    let id = message.message_id.as_deref().filter(|id| !id.is_empty()).ok_or(SenderError::Unnamed)?;
    let rows = match Message::parse(message.body.as_deref().unwrap_or_default()) {
        Ok(message) => Some(message.outbox_ids().to_vec()),
        Err(error) => {
            // The field isn't called `message`, since that is the name of the log line's text.
            tracing::error!(queue_message = id, %error, "a message that cannot be read");
            None
        }
    };
    Ok((id, rows))
}

fn metric_of(delivery: &Delivery) -> Metric {
    match delivery {
        Delivery::Sent => Metric::KlaviyoSent,
        Delivery::Delayed { .. } | Delivery::Failed { .. } => Metric::KlaviyoRetryable,
        Delivery::Parked { .. } => Metric::KlaviyoParked,
    }
}

fn any_failed(ids: &[OutboxId], deliveries: &Deliveries) -> bool {
    ids.iter().any(|id| matches!(deliveries.get(id), Some(Delivery::Delayed { .. } | Delivery::Failed { .. })))
}
