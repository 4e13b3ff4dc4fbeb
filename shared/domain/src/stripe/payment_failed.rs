//! `payment_intent.payment_failed` of preorders.

use crate::{
    ids::{PaymentIntentId, PreorderId},
    stripe::Lookup,
};

/// `payment_intent.payment_failed`: a try to pay was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFailedFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// `metadata.preorderId`.
    pub preorder: Option<PreorderId>,
    /// `metadata.checkoutAttempt`: which session the try belongs to.
    pub attempt: Option<i32>,
}

impl PaymentFailedFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { preorder: self.preorder, payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}
