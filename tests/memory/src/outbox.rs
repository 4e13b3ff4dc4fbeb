//! The outbox.

use pledge_domain::{
    Timestamp,
    ids::{OutboxId, PreorderId},
    outbox::{Announcement, AnnouncementKind},
    ports::{Backlog, Delivery, OutboxStore, StoreError, UnsentEntry},
};

use crate::InMemoryStore;

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// What it says.
    pub entry: Announcement,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the sweep last queued it.
    pub queued_at: Option<Timestamp>,
    /// When Klaviyo took it.
    pub sent_at: Option<Timestamp>,
    /// When Klaviyo refused it for good.
    pub parked_at: Option<Timestamp>,
    /// How often sending it has failed.
    pub attempts: i32,
    /// Why it failed last.
    pub last_error: Option<String>,
}

impl OutboxRow {
    pub(crate) fn new(entry: Announcement, now: Timestamp) -> Self {
        Self { entry, created_at: now, queued_at: None, sent_at: None, parked_at: None, attempts: 0, last_error: None }
    }

    fn waits(&self) -> bool {
        self.sent_at.is_none() && self.parked_at.is_none()
    }

    fn waits_since(&self) -> Timestamp {
        self.queued_at.unwrap_or(self.created_at)
    }

    fn settle(&mut self, delivery: &Delivery, now: Timestamp) {
        match delivery {
            Delivery::Sent => {
                self.sent_at = Some(now);
                self.parked_at = None;
            }
            Delivery::Parked { reason } => {
                self.parked_at.get_or_insert(now);
                self.fail(reason);
            }
            Delivery::Failed { reason } => self.fail(reason),
        }
    }

    fn fail(&mut self, reason: &str) {
        self.attempts += 1;
        self.last_error = Some(reason.to_owned());
    }
}

impl OutboxStore for InMemoryStore {
    async fn unsent(&self, ids: &[OutboxId]) -> Result<Vec<UnsentEntry>, StoreError> {
        let tables = self.transaction()?;
        let rows = tables.outbox.values().filter(|row| ids.contains(&row.entry.id) && row.waits());
        Ok(rows.map(|row| UnsentEntry { entry: row.entry.clone(), attempts: row.attempts }).collect())
    }

    async fn settle(&self, deliveries: &[(OutboxId, Delivery)], now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.transaction()?;
        for (id, delivery) in deliveries {
            let Some(row) = tables.outbox.get_mut(id).filter(|row| row.sent_at.is_none()) else { continue };
            row.settle(delivery, now);
            if *delivery == Delivery::Sent
                && row.entry.kind == AnnouncementKind::PreorderSuccess
                && let Some(preorder) = preorder_of(&row.entry)
            {
                tables.success_sent_at.insert(preorder, now);
            }
        }
        Ok(())
    }

    async fn take_overdue(&self, before: Timestamp, now: Timestamp, limit: i64) -> Result<Vec<OutboxId>, StoreError> {
        let mut tables = self.transaction()?;
        let mut overdue: Vec<_> =
            tables.outbox.values_mut().filter(|row| row.waits() && row.waits_since() < before).collect();
        overdue.sort_by_key(|row| row.waits_since());
        overdue.truncate(usize::try_from(limit).unwrap_or(0));
        let mark = |row: &mut OutboxRow| {
            row.queued_at = Some(now);
            row.entry.id
        };
        Ok(overdue.into_iter().map(mark).collect())
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let tables = self.transaction()?;
        let waiting: Vec<_> = tables.outbox.values().filter(|row| row.waits()).collect();
        let parked = tables.outbox.values().filter(|row| row.parked_at.is_some()).count();
        Ok(Backlog {
            waiting: i64::try_from(waiting.len()).unwrap_or(i64::MAX),
            oldest: waiting.iter().map(|row| row.created_at).min(),
            parked: i64::try_from(parked).unwrap_or(i64::MAX),
        })
    }
}

/// Returns the preorder that the key of a `preorder_success` names.
fn preorder_of(entry: &Announcement) -> Option<PreorderId> {
    PreorderId::parse(entry.key.split_once(':')?.1).ok()
}
