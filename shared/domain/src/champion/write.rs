//! The rows to write so that the stored data of a reader and a novel equal a changed account.

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, ChampionKey, Grant, PaymentRecord, Subscription, Support, ledger::ledger, timeline::Segment,
    },
};

/// The rows to write about one reader and one novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChampionWrite {
    /// The reader and the novel.
    pub key: ChampionKey,
    /// The payments that are new or changed.
    pub payments: Vec<PaymentRecord>,
    /// The subscriptions that are new or changed.
    pub subscriptions: Vec<Subscription>,
    /// The row that other systems read; none until something is paid.
    pub support: Option<Support>,
    /// The whole ledger. Each row replaces the stored row of its payment.
    pub ledger: Vec<Grant>,
    /// The whole timeline in order of time, each segment with the end of the unbroken stretch at its tier. It replaces the
    /// stored segments.
    pub segments: Vec<(Segment, Timestamp)>,
}

impl ChampionAccount {
    /// Returns the rows to write so that the stored account `before` becomes this one.
    pub(super) fn changes_since(&self, before: &Self) -> ChampionWrite {
        let timeline = self.timeline();
        let stretches = timeline.segments.iter().enumerate();
        ChampionWrite {
            key: self.key.clone(),
            payments: new_or_changed(&before.payments, &self.payments),
            subscriptions: new_or_changed(&before.subscriptions, &self.subscriptions),
            support: self.support_of(&timeline),
            ledger: ledger(&timeline, &self.payments),
            segments: stretches.map(|(index, segment)| (*segment, timeline.stretch_end(index))).collect(),
        }
    }
}

fn new_or_changed<T: Clone + PartialEq>(before: &[T], after: &[T]) -> Vec<T> {
    after.iter().filter(|it| !before.contains(it)).cloned().collect()
}
