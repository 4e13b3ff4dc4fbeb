//! The roll: writes the changes of readers' access that the passing of time alone causes, and announces ends of access.

use pledge_domain::{
    Timestamp,
    champion::{ChampionAccount, Moment, roll::roll},
    ports::{ChampionStore, Clock, PublishError, Publisher, StoreError},
};
use time::Duration;

/// The time for which one roll computes rows. A round that is under way then is finished; rows that are still due are left
/// to the next roll, a minute later.
pub const BUDGET: Duration = Duration::seconds(20);

/// The most rounds that one roll takes.
const ROUNDS: usize = 500;

/// The most rows, one for each reader and novel, that a round computes.
const ROUND: i64 = 50;

/// Computes the access rows anew that are due.
#[derive(Debug)]
pub struct RollChampions<Store, Queue> {
    /// The store of readers and of their support of novels.
    pub store: Store,
    /// Tells the sender about new announcements.
    pub queue: Queue,
    /// How long access goes on after a paid period while its renewal is about to be charged.
    pub renewal_grace: Duration,
}

/// The result of a roll.
#[derive(Debug)]
pub struct Roll {
    /// The number of rows that were computed.
    pub rows: usize,
    /// Whether the queue took every message. The sweep finds the announcements that it refused.
    pub queued: Result<(), PublishError>,
}

impl<Store: ChampionStore, Queue: Publisher> RollChampions<Store, Queue> {
    /// Takes rounds, each in one transaction, until no row is due, [`BUDGET`] is used up or 500 rounds are over. Access
    /// doesn't wait for a queue that refuses messages.
    ///
    /// # Errors
    /// [`StoreError`]; what earlier rounds wrote stays, and other rows are still due.
    pub async fn run(&self, clock: &impl Clock) -> Result<Roll, StoreError> {
        let (deadline, mut rows, mut queued) = (clock.now() + BUDGET, 0, Ok(()));
        for _ in 0..ROUNDS {
            let now = clock.now();
            if now >= deadline {
                break;
            }
            let moment = Moment { now, renewal_grace: self.renewal_grace };
            let rolled = self.store.roll(now, ROUND, |account: ChampionAccount| roll(account.at(moment))).await?;
            if rolled.rows == 0 {
                break;
            }
            rows += rolled.rows;
            if !rolled.announcements.is_empty() {
                queued = queued.and(self.queue.publish(&rolled.announcements).await);
            }
        }
        Ok(Roll { rows, queued })
    }

    /// Returns the number of subscriptions that an operator has to end, since their running month was refunded and they
    /// renew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn refunded(&self, now: Timestamp) -> Result<i64, StoreError> {
        let refunded = self.store.refunded_subscriptions(now).await?;
        Ok(i64::try_from(refunded.len()).unwrap_or(i64::MAX))
    }
}
