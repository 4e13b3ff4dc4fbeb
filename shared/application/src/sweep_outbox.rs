//! The sweep: what has waited too long in the outbox is queued again, and what doesn't move at all is counted.

use pledge_domain::{
    Timestamp,
    ports::{Backlog, OutboxStore, PreorderStore, PublishError, Publisher, StoreError},
};

/// How long a row may wait before it is queued again: longer than the queue needs for its own retries.
pub const PATIENCE: time::Duration = time::Duration::minutes(5);

/// How long after a pay page has expired Stripe's event about it must be here.
pub const EXPIRY_GRACE: time::Duration = time::Duration::hours(1);

/// How many rows one round takes.
const ROUND: i64 = 500;

/// Queues overdue rows again.
#[derive(Debug)]
pub struct SweepOutbox<Store, Queue> {
    /// The outbox.
    pub store: Store,
    /// The queue.
    pub queue: Queue,
    /// How long a row may wait.
    pub patience: time::Duration,
}

/// What a sweep found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Rows that were queued again.
    pub requeued: usize,
    /// What waits in the outbox now.
    pub backlog: Backlog,
    /// Preorders that are in processing although their pay page has expired.
    pub stuck: i64,
}

/// Why a sweep ended early. Rows that it had taken are found again by a later one.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The database didn't do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue didn't take the messages.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl<Store: OutboxStore + PreorderStore, Queue: Publisher> SweepOutbox<Store, Queue> {
    /// Queues rows again until none is overdue or `rounds` rounds are over. Forgets whom limits hold back no more.
    ///
    /// # Errors
    /// [`SweepError`].
    pub async fn run(&self, rounds: usize, now: Timestamp) -> Result<Swept, SweepError> {
        let mut requeued = 0;
        for _ in 0..rounds {
            let taken = self.store.take_overdue(now - self.patience, now, ROUND).await?;
            if taken.is_empty() {
                break;
            }
            self.queue.publish(&taken).await?;
            requeued += taken.len();
        }
        self.store.forget_uses(now).await?;
        let backlog = self.store.backlog().await?;
        Ok(Swept { requeued, backlog, stuck: self.store.stuck(now - EXPIRY_GRACE).await? })
    }
}
