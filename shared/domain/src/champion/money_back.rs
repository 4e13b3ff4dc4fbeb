//! The refunds and disputes of a reader's payments: how much money went back, and when.

use std::collections::BTreeMap;

use crate::{
    Timestamp,
    champion::{ChampionAccount, PaymentRecord},
    ids::{DisputeId, InvoiceId, PaymentIntentId, RefundId},
    stripe::{Dispute, PaymentFacts, Refund, gone_over_time, revocations},
};

impl ChampionAccount {
    /// Computes the refunded amount, the dispute's status and the history of refunds of every payment from the refunds and
    /// disputes at Stripe. An invoice may have been paid by several payments at Stripe.
    ///
    /// A store calls this on the account that it has read, so that a decision's change has only what the event changed.
    pub fn apply_facts(&mut self) {
        for payment in &mut self.payments {
            let facts = Vec::from_iter(facts_of(&self.intents, payment));
            if facts.is_empty() {
                payment.gone = None;
                continue;
            }
            let refunded = facts.iter().fold(0_i64, |sum, facts| sum.saturating_add(facts.refunded()));
            payment.refunded = refunded;
            let status = facts.iter().filter_map(|facts| facts.dispute_status());
            payment.dispute = status.max_by_key(|status| (status.is_open(), *status)).map(|it| it.name().to_owned());
            payment.gone = Some(gone_over_time(facts, payment.amount));
        }
    }

    /// Returns the refunds that took back a part of a payment, each with its payment.
    pub(super) fn partial_refunds(&self) -> BTreeMap<&RefundId, (&PaymentRecord, &Refund)> {
        let paid = self.payments.iter().filter(|payment| payment.paid_at.is_some());
        let all = paid.flat_map(|payment| {
            let refunds = facts_of(&self.intents, payment).flat_map(|facts| &facts.refunds);
            refunds.map(move |(id, refund)| (id, (payment, refund)))
        });
        all.filter(|(_, (payment, refund))| refund.was_gone() && refund.amount < payment.amount.amount).collect()
    }

    /// Returns the disputes of all payments that were made, each with its payment.
    pub(super) fn disputes(&self) -> BTreeMap<&DisputeId, (&PaymentRecord, &Dispute)> {
        let paid = self.payments.iter().filter(|payment| payment.paid_at.is_some());
        let of_payment = |payment| {
            let facts = facts_of(&self.intents, payment);
            facts.flat_map(move |facts| facts.disputes.iter().map(move |(id, dispute)| (id, (payment, dispute))))
        };
        paid.flat_map(of_payment).collect()
    }
}

/// Returns the refunds and disputes of each payment at Stripe that belongs to this record, by its id or by its invoice.
fn facts_of<'a>(
    intents: &'a [(PaymentIntentId, PaymentFacts)],
    payment: &PaymentRecord,
) -> impl Iterator<Item = &'a PaymentFacts> {
    let (own, invoice): (Option<PaymentIntentId>, Option<InvoiceId>) =
        (payment.payment_intent.clone(), payment.invoice.clone());
    intents
        .iter()
        .filter(move |(intent, facts)| own.as_ref() == Some(intent) || (invoice.is_some() && facts.invoice == invoice))
        .map(|(_, facts)| facts)
}

impl PaymentRecord {
    /// Returns, in the order of time, each moment at which the amount that is gone changed, with that amount in minor
    /// units.
    ///
    /// Of payments of the system before this one only the refunded sum is known: it counts as gone from the start.
    #[must_use]
    pub fn gone_over_time(&self) -> Vec<(Timestamp, i64)> {
        let lost = self.dispute.as_deref() == Some("lost");
        let sum = if lost { self.amount.amount } else { self.refunded.min(self.amount.amount) };
        match (&self.gone, self.enters_at()) {
            (Some(gone), _) => gone.clone(),
            (None, Some(at)) if sum > 0 => vec![(at, sum)],
            (None, _) => Vec::new(),
        }
    }

    /// Returns, in the order of time, each moment at which all the money was gone (true), or wasn't any more (false).
    #[must_use]
    pub fn revocation_history(&self) -> Vec<(Timestamp, bool)> {
        revocations(&self.gone_over_time(), self.amount)
    }

    /// Returns when all the money was gone for the first time; none if it never was.
    #[must_use]
    pub fn first_revoked_at(&self) -> Option<Timestamp> {
        self.revocation_history().first().map(|(at, _)| *at)
    }

    /// Returns whether all the money is gone, by refunds or by lost disputes.
    ///
    /// A partial refund is recorded and takes no access away: there is no fair way to take away a part of a month. To end
    /// the access, the whole payment has to be refunded.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.revocation_history().last().is_some_and(|(_, revoked)| *revoked)
    }
}
