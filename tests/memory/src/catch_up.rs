//! [`CatchUpStore`](pledge_domain::ports::CatchUpStore) in memory.

use pledge_domain::{
    Timestamp,
    ids::EventId,
    ports::{CatchUpStore, StoreError, Watermark},
};

use crate::InMemoryStore;

impl CatchUpStore for InMemoryStore {
    async fn watermark(&self) -> Result<Option<Watermark>, StoreError> {
        Ok(self.transaction()?.watermark)
    }

    async fn advance_watermark(&self, to: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.transaction()?;
        if tables.watermark.is_none_or(|watermark| watermark.at < to) {
            tables.watermark = Some(Watermark { at: to, moved_at: now });
        }
        Ok(())
    }

    async fn unrecorded(&self, events: &[EventId]) -> Result<Vec<EventId>, StoreError> {
        let tables = self.transaction()?;
        Ok(events.iter().filter(|id| !tables.events.contains_key(*id)).cloned().collect())
    }
}
