//! The fact of `payment_intent.payment_failed` without champion metadata.

use crate::{
    ids::{PaymentIntentId, PreorderId},
    stripe::Lookup,
};

/// A refused attempt to pay, of a preorder or of something without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFailedFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// `metadata.preorderId`.
    pub preorder: Option<PreorderId>,
    /// `metadata.checkoutAttempt`: the checkout attempt, and so the session, to which the payment belongs.
    pub attempt: Option<i32>,
}

impl PaymentFailedFact {
    /// Returns the keys that the fact names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { preorder: self.preorder, payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}
