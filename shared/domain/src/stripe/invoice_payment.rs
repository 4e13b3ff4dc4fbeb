//! The fact of `invoice_payment.paid`.

use crate::{
    ids::{InvoiceId, PaymentIntentId},
    stripe::Lookup,
};

/// The payment that belongs to an invoice. The event may arrive before the invoice's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePaymentFact {
    /// The invoice.
    pub invoice: InvoiceId,
    /// The payment.
    pub payment_intent: PaymentIntentId,
}

impl InvoicePaymentFact {
    /// Returns the keys that the fact names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup {
            payment_intent: Some(self.payment_intent.clone()),
            invoice: Some(self.invoice.clone()),
            ..Lookup::default()
        }
    }
}
