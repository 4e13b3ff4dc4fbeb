//! The fact of `charge.refunded`.

use crate::{
    ids::{PaymentIntentId, PreorderId},
    money::Money,
    stripe::Lookup,
};

/// The sum that was refunded of a payment so far. The event doesn't name the single refunds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeRefundedFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// `metadata.preorderId`: Stripe copies a `PaymentIntent`'s metadata to its charge.
    pub preorder: Option<PreorderId>,
    /// The sum of all refunds so far.
    pub refunded: Money,
}

impl ChargeRefundedFact {
    /// Returns the keys that the fact names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { preorder: self.preorder, payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}
