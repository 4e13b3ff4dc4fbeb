//! The roll: writes the changes of readers' access that the passing of time alone causes, and announces ends of access.

use pledge_domain::{
    Timestamp,
    champion::{ChampionAccount, Moment, roll::roll},
    ports::{ChampionStore, Clock, PublishError, Publisher, StoreError},
};
use time::Duration;

/// For how long one roll computes rows. A round that is under way then is finished; what is due after that is left to the
/// next roll, a minute later.
pub const BUDGET: Duration = Duration::seconds(20);

/// How many rounds one roll takes at most.
const ROUNDS: usize = 500;

/// How many rows, one for each reader and novel, a round computes at most.
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

/// The reason why a roll ended early. Rows that it had not written are still due.
#[derive(Debug, thiserror::Error)]
pub enum RollError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue didn't take the messages; the sweep finds the announcements.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl<Store: ChampionStore, Queue: Publisher> RollChampions<Store, Queue> {
    /// Takes rounds until no row is due, [`BUDGET`] is used up or 500 rounds are over, and returns how many rows were
    /// computed.
    ///
    /// # Errors
    /// [`RollError`]; what earlier rounds wrote stays.
    pub async fn run(&self, clock: &impl Clock) -> Result<usize, RollError> {
        let (deadline, mut rolled) = (clock.now() + BUDGET, 0);
        for _ in 0..ROUNDS {
            let now = clock.now();
            let rows = if now < deadline { self.round(now).await? } else { 0 };
            if rows == 0 {
                break;
            }
            rolled += rows;
        }
        Ok(rolled)
    }

    /// Takes one round in one transaction and returns how many rows it computed: 0 if none is due any more.
    ///
    /// # Errors
    /// [`RollError`].
    async fn round(&self, now: Timestamp) -> Result<usize, RollError> {
        let moment = Moment { now, renewal_grace: self.renewal_grace };
        let rolled = self.store.roll(now, ROUND, |account: ChampionAccount| roll(account.at(moment))).await?;
        if !rolled.announcements.is_empty() {
            self.queue.publish(&rolled.announcements).await?;
        }
        Ok(rolled.rows)
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
