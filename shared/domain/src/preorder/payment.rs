//! The payments of a preorder.

use crate::{
    Timestamp,
    ids::{PaymentIntentId, SessionId},
    money::Money,
    preorder::{Preorder, Status},
    stripe::PaymentFacts,
};

/// A payment that was made for a preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Stripe's `PaymentIntent`; none if nothing had to be paid.
    pub intent: Option<PaymentIntentId>,
    /// The session in which the payment was made; none if it was stored before sessions were kept.
    pub session: Option<SessionId>,
    /// The amount that was paid.
    pub amount: Money,
    /// When the payment was made.
    pub paid_at: Timestamp,
    /// The sum of the payment's refunds, in minor units of the currency, at most the amount.
    pub refunded: i64,
    /// The status of the payment's dispute in Stripe's words; of several disputes that of an open one.
    pub dispute: Option<String>,
    /// When the payment's earliest open dispute began; none if no dispute is open.
    pub disputed_since: Option<Timestamp>,
    /// Whether all the money of the payment is gone, by refunds and lost disputes.
    pub revoked: bool,
    /// Whether all the money of the payment was ever gone. A refund that fails afterwards doesn't change that.
    pub was_revoked: bool,
}

impl Payment {
    /// Returns a payment without refunds or disputes.
    #[must_use]
    pub fn new(intent: Option<PaymentIntentId>, session: Option<SessionId>, amount: Money, paid_at: Timestamp) -> Self {
        Self {
            intent,
            session,
            amount,
            paid_at,
            refunded: 0,
            dispute: None,
            disputed_since: None,
            revoked: false,
            was_revoked: false,
        }
    }

    /// Returns whether this is the payment with this `PaymentIntent` or, if nothing had to be paid, the payment of this
    /// session.
    #[must_use]
    pub fn is(&self, intent: Option<&PaymentIntentId>, session: &SessionId) -> bool {
        self.intent.as_ref() == intent
            && (intent.is_some() || self.session.as_ref().is_none_or(|known| known == session))
    }

    /// Returns the key by which the payments of a preorder are sorted: payments that aren't revoked first, then the earlier
    /// ones. The payment that counts has the least key.
    #[must_use]
    pub fn place(&self) -> (bool, Timestamp, Option<PaymentIntentId>, Option<SessionId>) {
        (self.revoked, self.paid_at, self.intent.clone(), self.session.clone())
    }

    /// Updates the payment with its refunds and disputes. Returns whether all of its money went back for the first time.
    pub(super) fn apply(&mut self, facts: &PaymentFacts) -> bool {
        let revocations = facts.revocations(self.amount);
        self.refunded = facts.refunded().min(self.amount.amount);
        self.dispute = facts.dispute_status().map(|status| status.name().to_owned());
        self.disputed_since = facts.disputed_since();
        self.revoked = revocations.last().is_some_and(|(_, revoked)| *revoked);
        let first = !revocations.is_empty() && !self.was_revoked;
        self.was_revoked |= first;
        first
    }
}

impl Preorder {
    /// Returns all payments, the one that counts first.
    pub fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payment.iter().chain(&self.further_payments)
    }

    /// Returns the payments that an operator has to refund, since the preorder was paid by another payment. Disputed
    /// payments are left out, since the bank decides about them.
    pub fn duplicates(&self) -> impl Iterator<Item = (&PaymentIntentId, &Payment)> {
        let made = self.further_payments.iter().filter(|it| !it.revoked && it.disputed_since.is_none());
        made.filter(|it| it.refunded < it.amount.amount).filter_map(|it| Some((it.intent.as_ref()?, it)))
    }

    /// Replaces all payments, and derives from them the payment that counts, the preorder's status, and the time since
    /// which it is disputed.
    pub(super) fn settle(&mut self, mut payments: Vec<Payment>) {
        payments.sort_by_key(Payment::place);
        self.disputed_at = payments.iter().filter(|it| !it.revoked).filter_map(|it| it.disputed_since).min();
        let mut payments = payments.into_iter();
        self.payment = payments.next();
        self.further_payments = payments.collect();
        self.status = match &self.payment {
            Some(payment) if payment.revoked => Status::Refunded,
            Some(_) => Status::Completed,
            None => self.status,
        };
    }
}
