//! Events that are recorded, but changed nothing, get another chance.

use pledge_domain::{
    Timestamp,
    decide::Recorded,
    ports::{StoreError, StripeEventStore},
    stripe::StripeEvent,
};

use crate::{
    Database,
    statement::{Statement, sql},
    stripe_events::record,
};

/// The store for an operator who has mended what an event was parked or ignored for.
///
/// An event that was recorded without effect is decided as if it were new, and its row replaced in the same transaction.
/// One that was applied stays [`Recorded::Before`]. Everything else is as with [`Database`].
#[derive(Debug, Clone)]
pub struct DecidingAnew(Database);

impl Database {
    /// This database for an operator.
    #[must_use]
    pub fn deciding_anew(&self) -> DecidingAnew {
        DecidingAnew(self.clone())
    }
}

impl StripeEventStore for DecidingAnew {
    async fn record(&self, event: &StripeEvent, now: Timestamp) -> Result<Recorded, StoreError> {
        let known = || Statement::new(sql!("forget_event_without_effect")).text(event.id.as_str());
        self.0.run(|lease| record(lease, event, now, known())).await
    }
}
