//! `charge.dispute.*`.

use crate::{ids::PaymentIntentId, stripe::Lookup};

/// `charge.dispute.*`: the customer's bank took the money back, or tries to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// Stripe's status: `needs_response`, `under_review`, `won`, `lost`, `warning_…`.
    pub status: String,
}

impl DisputeFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}
