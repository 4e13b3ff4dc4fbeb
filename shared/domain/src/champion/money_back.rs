//! What went back of a reader's payments.

use std::collections::BTreeMap;

use crate::{
    Timestamp,
    champion::{ChampionAccount, PaymentRecord},
    ids::{DisputeId, InvoiceId, PaymentIntentId},
    stripe::{Dispute, PaymentFacts, revocations},
};

impl ChampionAccount {
    /// Applies everything that is known of Stripe's payments to the payments that they made: what went back and when,
    /// and what is disputed. An invoice may have been paid in several payments.
    ///
    /// A store calls it on what it has read, so that only what an event changes is a change.
    pub fn apply_facts(&mut self) {
        for payment in &mut self.payments {
            let facts = Vec::from_iter(facts_of(&self.intents, payment));
            if facts.is_empty() {
                payment.revocations = None;
                continue;
            }
            let refunded = facts.iter().fold(0_i64, |sum, facts| sum.saturating_add(facts.refunded()));
            payment.refunded = refunded;
            let status = facts.iter().filter_map(|facts| facts.dispute_status());
            payment.dispute = status.max_by_key(|status| (status.is_open(), *status)).map(|it| it.name().to_owned());
            payment.revocations = Some(revocations(facts, payment.amount));
        }
    }

    /// Returns the disputes of all payments that were made, with the payment.
    pub(super) fn disputes(&self) -> BTreeMap<&DisputeId, (&PaymentRecord, &Dispute)> {
        let paid = self.payments.iter().filter(|payment| payment.paid_at.is_some());
        let of_payment = |payment| {
            let facts = facts_of(&self.intents, payment);
            facts.flat_map(move |facts| facts.disputes.iter().map(move |(id, dispute)| (id, (payment, dispute))))
        };
        paid.flat_map(of_payment).collect()
    }
}

/// Returns what is known of the Stripe payments that made this one: by its id, or by its invoice.
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
    /// Returns when all the money was gone (true), and when it was there again (false), in the order of time.
    ///
    /// Of what the system before this one refunded only the sum is known: it counts as if it had never been paid.
    #[must_use]
    pub fn revocation_history(&self) -> Vec<(Timestamp, bool)> {
        match (&self.revocations, self.paid_at) {
            (Some(revocations), _) => revocations.clone(),
            (None, Some(paid_at)) if self.is_revoked() => vec![(paid_at, true)],
            (None, _) => Vec::new(),
        }
    }

    /// Returns whether all the money was ever gone.
    #[must_use]
    pub fn was_revoked(&self) -> bool {
        !self.revocation_history().is_empty()
    }
}
