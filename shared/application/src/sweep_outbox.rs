//! The sweep: queues announcements again that have waited too long in the outbox, and counts preorders that are stuck.

use pledge_domain::{
    Timestamp,
    ports::{Backlog, OutboxStore, PreorderStore, PublishError, Publisher, StoreError},
};

/// The time that a row may wait before it is queued again, which is longer than the queue needs for its own retries.
pub const PATIENCE: time::Duration = time::Duration::minutes(5);

/// The time after which a preorder counts as stuck whose payment page has expired without an event of Stripe's about that.
pub const EXPIRY_GRACE: time::Duration = time::Duration::hours(1);

/// The most rows that one round queues.
const ROUND: i64 = 500;

/// Queues overdue rows again.
#[derive(Debug)]
pub struct SweepOutbox<Store, Queue> {
    /// The outbox.
    pub store: Store,
    /// The queue.
    pub queue: Queue,
    /// The time that a row may wait before it is queued again.
    pub patience: time::Duration,
}

/// The result of a sweep.
#[derive(Debug)]
pub struct Swept {
    /// How many rows were queued again.
    pub requeued: usize,
    /// The numbers of rows of the outbox that wait now.
    pub backlog: Backlog,
    /// How many preorders are in processing although their payment page has expired.
    pub stuck: i64,
    /// Whether the queue took every message. If it refused one, the sweep queued nothing more; a later sweep finds the rows.
    pub queued: Result<(), PublishError>,
}

impl<Store: OutboxStore + PreorderStore, Queue: Publisher> SweepOutbox<Store, Queue> {
    /// Queues rows again until none is overdue or `rounds` rounds are over, and deletes counters of limits that have
    /// expired. A queue that refuses messages ends the rounds, but what waits is counted all the same.
    ///
    /// # Errors
    /// [`StoreError`]; a later sweep finds the rows that this one had taken.
    pub async fn run(&self, rounds: usize, now: Timestamp) -> Result<Swept, StoreError> {
        let (mut requeued, mut queued) = (0, Ok(()));
        for _ in 0..rounds {
            let taken = self.store.take_overdue(now - self.patience, now, ROUND).await?;
            if taken.is_empty() {
                break;
            }
            queued = self.queue.publish(&taken).await;
            if queued.is_err() {
                break;
            }
            requeued += taken.len();
        }
        self.store.forget_uses(now).await?;
        let backlog = self.store.backlog().await?;
        let stuck = self.store.stuck(now - EXPIRY_GRACE).await?;
        Ok(Swept { requeued, backlog, stuck, queued })
    }
}
