//! Deleting rows that aren't needed any more, in batches.

use pledge_domain::{
    Timestamp,
    ports::{RetentionStore, StoreError},
    retention::{Cleared, Retention},
};

/// The most rows of each kind that one batch clears.
const BATCH: i64 = 500;

/// Deletes rows that aren't needed any more.
#[derive(Debug)]
pub struct ClearOut<Store> {
    /// The store that is cleared.
    pub store: Store,
    /// The times for which rows of each kind are kept.
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
