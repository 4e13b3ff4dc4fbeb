//! What is known of a payment, whoever it belongs to.
//!
//! A refund or a dispute may arrive before the event that tells what was paid for. It is kept under the payment's id
//! and counts as soon as somebody claims the payment.

use crate::{
    ids::InvoiceId,
    stripe::{DisputeFact, InvoicePaymentFact, RefundFact},
};

/// Everything that came in about one payment. Merging is commutative and idempotent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentFacts {
    /// How much went back, in minor units of the payment's currency.
    pub refunded: i64,
    /// The newest status of a dispute, in Stripe's words.
    pub dispute: Option<String>,
    /// The invoice that it paid, if it is a subscription's.
    pub invoice: Option<InvoiceId>,
}

impl PaymentFacts {
    /// Adds a refund.
    #[must_use]
    pub fn with_refund(mut self, fact: &RefundFact) -> Self {
        self.refunded = self.refunded.max(fact.refunded.amount);
        self
    }

    /// Adds the invoice that the payment belongs to.
    #[must_use]
    pub fn with_invoice(mut self, fact: &InvoicePaymentFact) -> Self {
        self.invoice.get_or_insert_with(|| fact.invoice.clone());
        self
    }

    /// Adds a dispute. A later stage of a dispute stands against an earlier one.
    #[must_use]
    pub fn with_dispute(mut self, fact: &DisputeFact) -> Self {
        let newer = match &self.dispute {
            None => true,
            Some(known) => (stage(&fact.status), &fact.status) > (stage(known), known),
        };
        if newer {
            self.dispute = Some(fact.status.clone());
        }
        self
    }
}

/// Returns how far a dispute has come (<https://docs.stripe.com/disputes/how-disputes-work>).
fn stage(status: &str) -> u8 {
    match status {
        "warning_needs_response" => 0,
        "warning_under_review" => 1,
        "warning_closed" => 2,
        "needs_response" => 3,
        "under_review" => 4,
        "won" | "lost" | "prevented" => 6,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::PaymentIntentId,
        money::{Currency, Money},
    };

    #[test]
    fn refunds_merge_in_any_order() {
        let pi = PaymentIntentId::parse("pi_1").unwrap();
        let refund = |amount| RefundFact {
            payment_intent: pi.clone(),
            preorder: None,
            refunded: Money::new(amount, Currency::USD),
        };
        let forth = PaymentFacts::default().with_refund(&refund(5)).with_refund(&refund(9));
        let back = PaymentFacts::default().with_refund(&refund(9)).with_refund(&refund(5)).with_refund(&refund(9));
        assert_eq!(forth, back);
        assert_eq!(forth.refunded, 9);
    }

    #[test]
    fn a_dispute_never_goes_back() {
        let pi = PaymentIntentId::parse("pi_1").unwrap();
        let dispute = |status: &str| DisputeFact { payment_intent: pi.clone(), status: status.into() };
        let facts = PaymentFacts::default().with_dispute(&dispute("lost")).with_dispute(&dispute("needs_response"));
        assert_eq!(facts.dispute.as_deref(), Some("lost"));
    }
}
