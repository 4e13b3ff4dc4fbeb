//! The refunds, disputes and invoice of a payment at Stripe, whatever it paid for.
//!
//! A refund or a dispute may arrive before the event about the payment itself. It is kept under the payment's id and counts
//! as soon as a preorder or a champion's payment has that id.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Timestamp,
    ids::{DisputeId, InvoiceId, RefundId},
    money::Money,
    stripe::{ChargeRefundedFact, Dispute, DisputeFact, DisputeStatus, InvoicePaymentFact, Refund, RefundFact},
};

/// The known refunds, disputes and invoice of one payment at Stripe. Merging is commutative and idempotent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFacts {
    /// The subscription's invoice that the payment paid; none if it paid no such invoice, as far as is known.
    pub invoice: Option<InvoiceId>,
    /// The sum of all refunds, as Stripe counted it.
    pub refunded_sum: Option<RefundedSum>,
    /// The refunds by their ids.
    pub refunds: BTreeMap<RefundId, Refund>,
    /// The disputes by their ids.
    pub disputes: BTreeMap<DisputeId, Dispute>,
    /// The newest status of any dispute, stored before disputes were kept by their ids. It counts until a dispute is known
    /// by its id.
    pub unnamed_dispute: Option<(Timestamp, DisputeStatus)>,
}

/// The sum that Stripe counted as refunded of a charge. Of several sums the largest counts, and of several events with that
/// sum the earliest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundedSum {
    /// The sum, in minor units.
    pub amount: i64,
    /// The time of the event with the sum.
    pub at: Timestamp,
}

impl PaymentFacts {
    /// Merges the refunded sum of an event that happened `at` this time.
    #[must_use]
    pub fn with_refunded_sum(mut self, fact: &ChargeRefundedFact, at: Timestamp) -> Self {
        let told = RefundedSum { amount: fact.refunded.amount, at };
        let counts = |known: RefundedSum| (told.amount, known.at) > (known.amount, told.at);
        if self.refunded_sum.is_none_or(counts) {
            self.refunded_sum = Some(told);
        }
        self
    }

    /// Merges the content of an event about a refund.
    #[must_use]
    pub fn with_refund(mut self, fact: &RefundFact) -> Self {
        self.refunds.entry(fact.refund.clone()).and_modify(|known| known.add(fact)).or_insert_with(|| fact.into());
        self
    }

    /// Adds the invoice that the payment paid, unless one is known.
    #[must_use]
    pub fn with_invoice(mut self, fact: &InvoicePaymentFact) -> Self {
        self.invoice.get_or_insert_with(|| fact.invoice.clone());
        self
    }

    /// Merges the content of an event about a dispute.
    #[must_use]
    pub fn with_dispute(mut self, fact: &DisputeFact) -> Self {
        self.disputes.entry(fact.dispute.clone()).and_modify(|known| known.add(fact)).or_insert_with(|| fact.into());
        self
    }

    /// Returns the amount that is gone, in minor units: refunds that are pending or have succeeded, lost disputes, and the
    /// part of Stripe's sum beyond the refunds that are known by their ids. It may be more than what was paid.
    #[must_use]
    pub fn gone(&self) -> i64 {
        self.moments().last().map_or(0, |last| self.gone_at(*last))
    }

    /// Returns the amount that went back by refunds, in minor units.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.moments().last().map_or(0, |last| self.refunded_at(*last))
    }

    /// Returns the status of the payment's dispute; of several that of an open one before a closed one, then the one of the
    /// highest rank. None without a dispute.
    #[must_use]
    pub fn dispute_status(&self) -> Option<&DisputeStatus> {
        let newest = self.disputes.values().filter_map(|dispute| dispute.history.newest());
        newest
            .max_by_key(|status| (status.is_open(), *status))
            .or_else(|| self.unnamed_dispute.as_ref().filter(|_| self.disputes.is_empty()).map(|(_, status)| status))
    }

    /// Returns when the earliest open dispute began; none if none is open.
    #[must_use]
    pub fn disputed_since(&self) -> Option<Timestamp> {
        let unnamed = self.unnamed_dispute.iter().filter(|(_, status)| self.disputes.is_empty() && status.is_open());
        self.disputes.values().filter_map(Dispute::open_since).chain(unnamed.map(|(at, _)| *at)).min()
    }

    /// Returns, in the order of time, each moment at which all of `paid` was gone (true), or wasn't any more (false).
    #[must_use]
    pub fn revocations(&self, paid: Money) -> Vec<(Timestamp, bool)> {
        revocations(&gone_over_time([self], paid), paid)
    }

    fn refunded_at(&self, moment: Timestamp) -> i64 {
        let gone: i64 = self.refunds.values().filter(|it| it.is_gone_at(moment)).map(|it| it.amount).sum();
        let explained: i64 = self.refunds.values().map(|it| it.amount).sum();
        let sum = self.refunded_sum.filter(|sum| sum.at <= moment).map_or(0, |sum| sum.amount);
        gone.saturating_add((sum - explained).max(0))
    }

    fn gone_at(&self, moment: Timestamp) -> i64 {
        let lost: i64 = self.disputes.values().filter(|it| it.is_gone_at(moment)).map(|it| it.amount).sum();
        let unnamed = self
            .unnamed_dispute
            .as_ref()
            .filter(|(at, status)| self.disputes.is_empty() && *at <= moment && *status == DisputeStatus::Lost);
        match unnamed {
            Some(_) => i64::MAX,
            None => self.refunded_at(moment).saturating_add(lost),
        }
    }

    /// Returns every moment at which the amount that is gone may change.
    fn moments(&self) -> BTreeSet<Timestamp> {
        let refunds = self.refunds.values().flat_map(Refund::moments);
        let disputes = self.disputes.values().flat_map(Dispute::moments);
        let sums = self.refunded_sum.map(|sum| sum.at).into_iter();
        let unnamed = self.unnamed_dispute.iter().map(|(at, _)| *at);
        refunds.chain(disputes).chain(sums).chain(unnamed).collect()
    }
}

/// Returns, in the order of time, each moment at which the amount that is gone of `paid` changed, with that amount in minor
/// units. One thing may have been paid by several payments at Stripe; the amount is never more than `paid`.
#[must_use]
pub fn gone_over_time<'a>(payments: impl IntoIterator<Item = &'a PaymentFacts>, paid: Money) -> Vec<(Timestamp, i64)> {
    let payments = Vec::from_iter(payments);
    let moments: BTreeSet<_> = payments.iter().flat_map(|facts| facts.moments()).collect();
    let mut over_time: Vec<(Timestamp, i64)> = Vec::new();
    for moment in moments {
        let gone = payments.iter().fold(0_i64, |sum, facts| sum.saturating_add(facts.gone_at(moment)));
        let gone = gone.min(paid.amount);
        if gone != over_time.last().map_or(0, |(_, gone)| *gone) {
            over_time.push((moment, gone));
        }
    }
    over_time
}

/// Returns, in the order of time, each moment at which all of `paid` was gone (true), or wasn't any more (false). `gone` is
/// the result of [`gone_over_time`].
#[must_use]
pub fn revocations(gone: &[(Timestamp, i64)], paid: Money) -> Vec<(Timestamp, bool)> {
    let mut revocations: Vec<(Timestamp, bool)> = Vec::new();
    for (moment, gone) in gone {
        let revoked = paid.amount > 0 && *gone >= paid.amount;
        if revoked != revocations.last().is_some_and(|(_, revoked)| *revoked) {
            revocations.push((*moment, revoked));
        }
    }
    revocations
}

#[cfg(test)]
#[path = "payment_facts_tests.rs"]
mod tests;
