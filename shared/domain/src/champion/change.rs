//! The difference between an account before and after something happened: rows to write and announcements.

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionWrite, PaymentRecord, announce},
    outbox::Announcement,
};

/// A change of what is stored about one reader and one novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChampionChange {
    /// The rows to write.
    pub write: ChampionWrite,
    /// The announcements for Klaviyo. One whose key is stored already is not stored again.
    pub announcements: Vec<Announcement>,
}

/// The result of deciding about an account under its lock: an answer, and a change that the store commits before it
/// returns the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<T> {
    /// The answer to the caller.
    pub answer: T,
    /// The change to write, if there is one.
    pub change: Option<ChampionChange>,
}

impl<T> Step<T> {
    /// Returns the step with the same change, and with the value that `make` returns for its answer.
    #[must_use]
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Step<U> {
        Step { answer: make(self.answer), change: self.change }
    }

    /// Returns a step that answers and changes nothing.
    #[must_use]
    pub fn only(answer: T) -> Self {
        Self { answer, change: None }
    }
}

/// A change in the making: an account as it is stored, and as it is going to be.
pub(super) struct Change {
    before: ChampionAccount,
    /// The account to change.
    pub(super) after: ChampionAccount,
    announcements: Vec<Announcement>,
}

impl Change {
    pub(super) fn of(account: ChampionAccount) -> Self {
        Self { after: account.clone(), before: account, announcements: Vec::new() }
    }

    /// Adds an announcement, if there is one.
    pub(super) fn announce(&mut self, entry: Option<Announcement>) {
        self.announcements.extend(entry);
    }

    /// Returns the change, also if only the time has changed.
    pub(super) fn anew(mut self) -> ChampionChange {
        self.after.settle();
        ChampionChange { write: self.after.changes_since(&self.before), announcements: self.announcements }
    }

    /// Returns the change, with the announcements of refunds, disputes and cancellations that are new in it; none if
    /// nothing changed. `at` is the time that the announcements of cancellations get.
    pub(super) fn finish(mut self, at: Timestamp) -> Option<ChampionChange> {
        self.after.settle();
        for payment in &self.after.payments {
            let before = self.before.payment(payment.id).and_then(taken_back);
            if let (Some(gone_at), None) = (taken_back(payment), before) {
                self.announcements.extend(announce::refunded(&self.after, payment, gone_at));
            }
        }
        let known = self.before.disputes();
        for (id, (payment, dispute)) in self.after.disputes() {
            if !known.contains_key(id) {
                self.announcements.extend(announce::disputed(&self.after, payment, id, dispute));
            }
        }
        let known = self.before.partial_refunds();
        for (id, (payment, refund)) in self.after.partial_refunds() {
            if !known.contains_key(id) {
                self.announcements.extend(announce::partly_refunded(&self.after, payment, id, refund));
            }
        }
        for subscription in self.after.subscriptions.iter().filter(|it| it.is_over()) {
            if !self.before.subscriptions.iter().any(|it| it.id == subscription.id && it.is_over()) {
                self.announcements.extend(announce::cancelled(&self.after, subscription, at));
            }
        }
        let changed = self.after != self.before || !self.announcements.is_empty();
        changed.then(|| ChampionChange {
            write: self.after.changes_since(&self.before),
            announcements: self.announcements,
        })
    }

    /// Returns the change, with the changed account as the answer.
    pub(super) fn step_to_account(mut self, now: Timestamp) -> Step<ChampionAccount> {
        self.after.settle();
        let account = self.after.clone();
        self.step(account, now)
    }

    /// Returns the change with this answer, both as of `now`.
    pub(super) fn step<T>(mut self, answer: T, now: Timestamp) -> Step<T> {
        self.after.moment.now = now;
        self.before.moment.now = now;
        Step { answer, change: self.finish(now) }
    }
}

/// Returns when all the money of a payment was gone for the first time; none if it never was, or if the payment wasn't
/// made. A refund that fails afterwards doesn't change that; otherwise the order in which events arrive would decide what
/// is announced.
fn taken_back(payment: &PaymentRecord) -> Option<Timestamp> {
    payment.paid_at.and_then(|_| payment.first_revoked_at())
}
