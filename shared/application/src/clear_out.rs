//! What isn't needed any more is forgotten, a batch at a time.

use pledge_domain::{
    Timestamp,
    ports::{RetentionStore, StoreError},
    retention::{Cleared, Retention},
};

/// How many of each kind one batch takes.
const BATCH: i64 = 500;

/// Forgets what isn't needed any more.
#[derive(Debug)]
pub struct ClearOut<Store> {
    /// The store that is cleared.
    pub store: Store,
    /// How long everything is kept.
    pub retention: Retention,
}

impl<Store: RetentionStore> ClearOut<Store> {
    /// Forgets batches until nothing is left, or so many are done. Returns how much was forgotten. Asks the store nothing
    /// if everything is kept.
    ///
    /// # Errors
    /// [`StoreError`]; the batches before stay forgotten.
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
