//! `charge.refunded`.

use crate::{
    ids::{PaymentIntentId, PreorderId},
    money::Money,
    stripe::Lookup,
};

/// Money of a payment went back: how much in all, but not by which refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeRefundedFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// `metadata.preorderId`: Stripe copies a `PaymentIntent`'s metadata to its charge.
    pub preorder: Option<PreorderId>,
    /// All that went back so far.
    pub refunded: Money,
}

impl ChargeRefundedFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { preorder: self.preorder, payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}
