//! [`OutboxStore`](pledge_domain::ports::OutboxStore) in memory.

use pledge_domain::{
    Timestamp,
    account::ConsentChange,
    champion::PaymentRecord,
    ids::{OutboxId, PreorderId},
    outbox::{Announcement, AnnouncementKind, Perishes},
    ports::{Backlog, Delivery, OutboxStore, StoreError, UnsentEntry},
    preorder::{Preorder, Status},
};

use crate::{InMemoryStore, Tables};

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The announcement.
    pub entry: Announcement,
    /// The time at which it was written.
    pub created_at: Timestamp,
    /// The time at which the sweep last queued it.
    pub queued_at: Option<Timestamp>,
    /// The time at which Klaviyo accepted it.
    pub sent_at: Option<Timestamp>,
    /// The time at which Klaviyo refused it for good.
    pub parked_at: Option<Timestamp>,
    /// The time at which it was superseded.
    pub superseded_at: Option<Timestamp>,
    /// The time before which Klaviyo accepts no events.
    pub not_before: Option<Timestamp>,
    /// The number of failed attempts to send it.
    pub attempts: i32,
    /// The error of the last failed attempt.
    pub last_error: Option<String>,
    /// Whether its payload was cleared out.
    pub is_silent: bool,
    /// Whether it is to be sent once more after it was sent.
    pub send_again: bool,
}

impl OutboxRow {
    pub(crate) fn new(entry: Announcement, now: Timestamp) -> Self {
        Self {
            entry,
            created_at: now,
            queued_at: None,
            sent_at: None,
            parked_at: None,
            superseded_at: None,
            not_before: None,
            attempts: 0,
            last_error: None,
            is_silent: false,
            send_again: false,
        }
    }

    /// Clears the payload out. An announcement that isn't sent is superseded.
    pub(crate) fn silence(&mut self, now: Timestamp) {
        self.is_silent = true;
        self.parked_at = None;
        if self.sent_at.is_none() {
            self.superseded_at.get_or_insert(now);
        }
    }

    fn waits(&self) -> bool {
        self.sent_at.is_none() && self.parked_at.is_none() && self.superseded_at.is_none()
    }

    fn waits_since(&self) -> Timestamp {
        self.queued_at.unwrap_or(self.created_at)
    }

    fn settle(&mut self, delivery: &Delivery, now: Timestamp) {
        match delivery {
            Delivery::Sent => {
                self.sent_at = Some(now).filter(|_| !std::mem::take(&mut self.send_again));
                self.parked_at = None;
                self.superseded_at = None;
            }
            Delivery::Parked { reason } => {
                self.parked_at.get_or_insert(now);
                self.fail(reason);
            }
            Delivery::Delayed { reason, until } => {
                self.fail(reason);
                self.not_before = Some(*until);
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
    async fn unsent(&self, ids: &[OutboxId], now: Timestamp) -> Result<Vec<UnsentEntry>, StoreError> {
        let mut tables = self.transaction()?;
        let waiting: Vec<_> =
            tables.outbox.values().filter(|row| ids.contains(&row.entry.id) && row.waits()).cloned().collect();
        let all = tables.outbox.values().filter(|row| row.sent_at.is_none()).filter_map(|row| row.not_before);
        let paused_until = all.filter(|until| *until > now).max();
        let mut unsent = Vec::new();
        for OutboxRow { entry, attempts, .. } in waiting {
            if tables.is_untrue(&entry) {
                tables.outbox.entry(entry.id).and_modify(|row| row.superseded_at = Some(now));
            } else {
                let says = entry.kind.says_whether_paid();
                let has_paid_preorder = says.then(|| !tables.paid_by_the_same_buyer(&entry).is_empty());
                let counts = tables.consent_of(&entry.payload.profile.email);
                let marketing_consent = counts.and_then(ConsentChange::told);
                unsent.push(UnsentEntry { entry, attempts, has_paid_preorder, paused_until, marketing_consent });
            }
        }
        Ok(unsent)
    }

    async fn settle(&self, deliveries: &[(OutboxId, Delivery)], now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.transaction()?;
        for (id, delivery) in deliveries {
            let Some(row) = tables.outbox.get_mut(id).filter(|row| row.sent_at.is_none()) else { continue };
            row.settle(delivery, now);
            let is_sent_consent = *delivery == Delivery::Sent && row.entry.kind.is_consent();
            if *delivery == Delivery::Sent
                && row.entry.kind == AnnouncementKind::PreorderSuccess
                && let Some(preorder) = preorder_of(&row.entry)
            {
                tables.success_sent_at.insert(preorder, now);
            }
            if is_sent_consent {
                tables.send_again_what_counts_after(*id);
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

impl Tables {
    /// Returns whether an announcement doesn't hold any more.
    fn is_untrue(&self, entry: &Announcement) -> bool {
        let mut subject = entry.key.split(':').skip(1);
        match entry.kind.perishes() {
            None => false,
            Some(Perishes::WithItsConsent) => self.is_outdated(entry),
            Some(Perishes::WithItsPayment) => subject.next().is_some_and(|id| self.is_paid(id)),
            Some(Perishes::WithItsPreorder) => {
                let preorder = preorder_of(entry).and_then(|id| self.preorders.get(&id));
                let named = subject.nth(1);
                preorder.is_some_and(|preorder| {
                    let newest = preorder.session.as_ref().map(|session| session.id.as_str());
                    let paid_since = |paid: &&Preorder| {
                        paid.id == preorder.id
                            || paid.payment.as_ref().is_some_and(|payment| payment.paid_at >= preorder.created_at)
                    };
                    (named.is_some_and(|named| named.starts_with("cs_")) && newest != named)
                        || self.paid_by_the_same_buyer(entry).iter().any(paid_since)
                })
            }
        }
    }

    /// Returns whether the invoice or the `PaymentIntent` with this id is paid.
    fn is_paid(&self, id: &str) -> bool {
        let is = |payment: &PaymentRecord| {
            payment.invoice.as_ref().is_some_and(|invoice| invoice.as_str() == id)
                || payment.payment_intent.as_ref().is_some_and(|intent| intent.as_str() == id)
        };
        self.payment_records().any(|payment| payment.paid_at.is_some() && is(payment))
    }

    /// Returns the paid preorders of the buyer whom an announcement is about.
    fn paid_by_the_same_buyer(&self, entry: &Announcement) -> Vec<&Preorder> {
        let Some(preorder) = preorder_of(entry).and_then(|id| self.preorders.get(&id)) else { return Vec::new() };
        let same = |other: &&Preorder| {
            other.email.key() == preorder.email.key() || (other.user_id.is_some() && other.user_id == preorder.user_id)
        };
        let paid = self.preorders.values().filter(|other| other.status == Status::Completed);
        paid.filter(same).collect()
    }
}

/// Returns the preorder that an announcement is about.
fn preorder_of(entry: &Announcement) -> Option<PreorderId> {
    PreorderId::parse(entry.key.split(':').nth(1)?).ok()
}
