//! [`RetentionStore`](pledge_domain::ports::RetentionStore) in memory. Events have no time here and aren't cleared out.

use std::collections::BTreeSet;

use pledge_domain::{
    Timestamp,
    ports::{RetentionStore, StoreError},
    preorder::Preorder,
    retention::{Cleared, Cutoffs},
};

use crate::{InMemoryStore, OutboxRow};

impl RetentionStore for InMemoryStore {
    async fn clear_out(&self, cutoffs: &Cutoffs, limit: i64, now: Timestamp) -> Result<Cleared, StoreError> {
        let mut tables = self.transaction()?;
        let limit = usize::try_from(limit).unwrap_or_default();
        let goes = |it: &&Preorder| cutoffs.unpaid_preorders.is_some_and(|cutoff| it.can_be_deleted(cutoff));
        let mut unpaid: Vec<_> = tables.preorders.values().filter(goes).collect();
        unpaid.sort_by_key(|preorder| preorder.created_at);
        let unpaid: BTreeSet<_> = unpaid.into_iter().take(limit).map(|preorder| preorder.id.to_string()).collect();
        tables.preorders.retain(|id, _| !unpaid.contains(&id.to_string()));
        let is_theirs =
            |row: &OutboxRow| row.entry.key.split(':').nth(1).is_some_and(|subject| unpaid.contains(subject));
        for row in tables.outbox.values_mut().filter(|row| is_theirs(row)) {
            row.silence(now);
        }
        let mut silence = |cutoff: Cutoff| {
            let mut silenced = 0;
            for row in tables.outbox.values_mut().filter(|row| !row.is_silent && cutoff.takes(row)).take(limit) {
                row.silence(now);
                silenced += 1;
            }
            silenced
        };
        Ok(Cleared {
            unpaid_preorders: u64::try_from(unpaid.len()).unwrap_or_default(),
            sent_payloads: silence(Cutoff::Settled(cutoffs.sent_payloads)),
            parked_payloads: silence(Cutoff::Parked(cutoffs.parked_payloads)),
            events: 0,
        })
    }
}

enum Cutoff {
    Settled(Option<Timestamp>),
    Parked(Option<Timestamp>),
}

impl Cutoff {
    fn takes(&self, row: &OutboxRow) -> bool {
        let (since, cutoff) = match self {
            Self::Settled(cutoff) => (row.sent_at.or(row.superseded_at), cutoff),
            Self::Parked(cutoff) => (row.parked_at, cutoff),
        };
        since.zip(*cutoff).is_some_and(|(since, cutoff)| since < cutoff)
    }
}
