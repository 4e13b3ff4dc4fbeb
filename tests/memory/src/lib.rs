//! The store ports in memory: a real adapter for tests that don't need SQL. It passes the same contract suites as the one
//! on PostgreSQL, and needs nothing but the domain, so that the domain's own tests can run on it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test whose store is poisoned or awaits something should stop there and say where"
)]

mod accounts;
mod catch_up;
mod champions;
mod consents;
mod deliver;
mod ledger;
mod outbox;
mod preorders;
mod retention;
mod stripe_events;
mod users;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use pledge_domain::{
    Timestamp,
    account::ConsentChange,
    champion::{ChampionKey, Tier},
    decide::Outcome,
    email::Email,
    ids::{CustomerId, EventId, NovelId, OutboxId, PaymentIntentId, PreorderId, UserId},
    limits::{TooMany, Uses},
    outbox::Announcement,
    ports::{StoreError, Watermark},
    preorder::Preorder,
    stripe::PaymentFacts,
};

use crate::champions::Champion;
pub use deliver::{Deliver, ready};
pub use ledger::LedgerRow;
pub use outbox::OutboxRow;
pub use users::UserRow;

/// Implements every store port. One lock makes each call a transaction. Clones share the tables.
#[derive(Debug, Clone, Default)]
pub struct InMemoryStore {
    tables: Arc<Mutex<Tables>>,
    failures: Arc<Mutex<VecDeque<StoreError>>>,
}

/// The content of the database's tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) users: BTreeMap<UserId, UserRow>,
    /// The addresses that other rows have taken, each with whether a token had proven it.
    pub(crate) lost_addresses: BTreeMap<UserId, (Email, bool)>,
    /// The users who stand for former ones, by the former uid.
    pub(crate) aliases: BTreeMap<UserId, UserId>,
    pub(crate) preorders: BTreeMap<PreorderId, Preorder>,
    pub(crate) success_sent_at: BTreeMap<PreorderId, Timestamp>,
    pub(crate) events: BTreeMap<EventId, Outcome>,
    pub(crate) watermark: Option<Watermark>,
    pub(crate) payments: BTreeMap<PaymentIntentId, PaymentFacts>,
    pub(crate) outbox: BTreeMap<OutboxId, OutboxRow>,
    pub(crate) customers: BTreeMap<UserId, CustomerId>,
    /// The users whose address has changed since Stripe was told.
    pub(crate) outdated_customers: BTreeSet<UserId>,
    pub(crate) tiers: BTreeMap<NovelId, Vec<Tier>>,
    pub(crate) champions: BTreeMap<ChampionKey, Champion>,
    pub(crate) consents: Vec<ConsentChange>,
    pub(crate) uses: BTreeMap<String, Timestamp>,
}

impl InMemoryStore {
    /// Makes the next call of any port fail with this error and change nothing.
    pub fn fail_next(&self, error: StoreError) {
        self.failures.lock().unwrap().push_back(error);
    }

    /// Makes the next call of any port fail because the database can't be reached.
    pub fn be_unavailable_once(&self) {
        self.fail_next(StoreError::Unavailable("the test wants it so".into()));
    }

    /// Returns a separate store with the same content.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { tables: Arc::new(Mutex::new(self.tables.lock().unwrap().clone())), failures: Arc::default() }
    }

    /// Returns everything that is known of payments at Stripe, by their ids.
    #[must_use]
    pub fn payments(&self) -> BTreeMap<PaymentIntentId, PaymentFacts> {
        self.tables.lock().unwrap().payments.clone()
    }

    /// Returns every preorder, by id.
    #[must_use]
    pub fn preorders(&self) -> Vec<Preorder> {
        let tables = self.tables.lock().unwrap();
        tables.preorders.values().map(|preorder| tables.as_read(preorder)).collect()
    }

    /// Stores a preorder as it is.
    pub fn put(&self, preorder: Preorder) {
        self.tables.lock().unwrap().preorders.insert(preorder.id, preorder);
    }

    /// Returns every row of the outbox, oldest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<OutboxRow> {
        let mut rows: Vec<_> = self.tables.lock().unwrap().outbox.values().cloned().collect();
        rows.sort_by_key(|row| row.created_at);
        rows
    }

    /// Returns the user row of this uid.
    #[must_use]
    pub fn user(&self, id: &UserId) -> Option<UserRow> {
        self.tables.lock().unwrap().users.get(id).cloned()
    }

    /// Returns the outcome of an event, if it was recorded.
    #[must_use]
    pub fn outcome(&self, event: &EventId) -> Option<Outcome> {
        self.tables.lock().unwrap().events.get(event).cloned()
    }

    /// Returns when a preorder's `preorder_success` was sent.
    #[must_use]
    pub fn success_sent_at(&self, id: PreorderId) -> Option<Timestamp> {
        self.tables.lock().unwrap().success_sent_at.get(&id).copied()
    }

    /// Begins a transaction, or returns the error that a test asked for.
    pub(crate) fn transaction(&self) -> Result<MutexGuard<'_, Tables>, StoreError> {
        match self.failures.lock().unwrap().pop_front() {
            Some(error) => Err(error),
            None => Ok(self.tables.lock().unwrap()),
        }
    }
}

impl Tables {
    /// Counts the uses of a request. If the limit of the first is reached, the second isn't counted.
    pub(crate) fn take(&mut self, uses: &Uses, now: Timestamp) -> Result<(), TooMany> {
        for counted in uses.both().into_iter().flatten() {
            let used_until = self.uses.get(counted.key()).copied();
            let until = counted.limit().take(used_until, now).ok_or_else(|| counted.too_many())?;
            self.uses.insert(counted.key().to_owned(), until);
        }
        Ok(())
    }

    /// Adds announcements whose id isn't stored yet, and returns the ids of the new rows.
    pub(crate) fn add_to_outbox(&mut self, entries: &[Announcement], now: Timestamp) -> Vec<OutboxId> {
        let mut added = Vec::new();
        for entry in entries {
            self.outbox.entry(entry.id).or_insert_with(|| {
                added.push(entry.id);
                OutboxRow::new(entry.clone(), now)
            });
        }
        added
    }
}
