//! An account before and after something happened, and what that brings about.

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionWrite, PaymentRecord, announce},
    outbox::OutboxEntry,
};

/// The answer to a request, and what to write for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<T> {
    /// The answer.
    pub answer: T,
    /// What to write, together with the facts that follow from it; none if nothing changes.
    pub write: Option<(ChampionWrite, Vec<OutboxEntry>)>,
}

impl<T> Step<T> {
    /// An answer that changes nothing.
    #[must_use]
    pub fn only(answer: T) -> Self {
        Self { answer, write: None }
    }
}

/// An account as it is stored, and as it is going to be.
pub(super) struct Change {
    before: ChampionAccount,
    /// The account to change.
    pub(super) after: ChampionAccount,
    outbox: Vec<OutboxEntry>,
}

impl Change {
    pub(super) fn of(account: ChampionAccount) -> Self {
        Self { after: account.clone(), before: account, outbox: Vec::new() }
    }

    /// Adds a fact for Klaviyo.
    pub(super) fn announce(&mut self, entry: Option<OutboxEntry>) {
        self.outbox.extend(entry);
    }

    /// What to write, with the facts that follow from this one; none if nothing is new.
    pub(super) fn finish(mut self, at: Timestamp) -> Option<(ChampionWrite, Vec<OutboxEntry>)> {
        self.after.settle();
        for payment in &self.after.payments {
            if taken_back(payment) && !self.before.payment(payment.id).is_some_and(taken_back) {
                self.outbox.extend(announce::refunded(&self.after, payment, at));
            }
        }
        for subscription in self.after.subscriptions.iter().filter(|it| it.is_over()) {
            if !self.before.subscriptions.iter().any(|it| it.id == subscription.id && it.is_over()) {
                self.outbox.extend(announce::cancelled(&self.after, subscription, at));
            }
        }
        let changed = self.after != self.before || !self.outbox.is_empty();
        changed.then(|| (self.after.changes_since(&self.before), self.outbox))
    }

    /// The same, as the answer to a request.
    pub(super) fn step<T>(self, answer: T, now: Timestamp) -> Step<T> {
        Step { answer, write: self.finish(now) }
    }
}

fn taken_back(payment: &PaymentRecord) -> bool {
    payment.paid_at.is_some() && payment.is_revoked()
}
