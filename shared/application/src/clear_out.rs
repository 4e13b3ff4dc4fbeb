//! Deleting what isn't needed any more, in batches.

use pledge_domain::{
    Timestamp,
    ports::{RetentionStore, StoreError},
    retention::{Cleared, Retention},
};

/// How many rows of each kind one batch clears at most.
const BATCH: i64 = 500;

/// Deletes what isn't needed any more.
#[derive(Debug)]
pub struct ClearOut<Store> {
    /// The store that is cleared.
    pub store: Store,
    /// How long everything is kept.
    pub retention: Retention,
}

impl<Store: RetentionStore> ClearOut<Store> {
    /// Clears batches until nothing is left or `batches` are done, and returns how many rows of each kind were cleared.
    /// Doesn't call the store if everything is kept for ever.
    ///
    /// # Errors
    /// [`StoreError`]; what earlier batches cleared stays cleared.
    pub async fn run(&self, batches: usize, now: Timestamp) -> Result<Cleared, StoreError> {
        let Some(cutoffs) = self.retention.cutoffs(now) else { return Ok(Cleared::default()) };
        let mut cleared = Cleared::default();
        for _ in 0..batches {
            let batch = self.store.clear_out(&cutoffs, BATCH, now).await?;
            if batch.total() == 0 {
                break;
            }
            cleared += batch;
        }
        Ok(cleared)
    }
}
