//! `charge.refunded`.

use crate::{
    ids::{PaymentIntentId, PreorderId},
    money::Money,
    stripe::Lookup,
};

/// `charge.refunded`: money went back. Stripe counts cumulatively, so the largest amount seen is the newest.
///
/// A refund that fails at the bank afterwards (`refund.failed`) doesn't undo this: the merchant still owes the money,
/// so it is a case for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// `metadata.preorderId`: Stripe copies a `PaymentIntent`'s metadata to its charge.
    pub preorder: Option<PreorderId>,
    /// All that went back so far.
    pub refunded: Money,
}

impl RefundFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { preorder: self.preorder, payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}
