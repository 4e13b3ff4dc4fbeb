//! `invoice_payment.paid`.

use crate::{
    ids::{InvoiceId, PaymentIntentId},
    stripe::Lookup,
};

/// `invoice_payment.paid`: which payment belongs to an invoice. It may come before the invoice's own event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePaymentFact {
    /// The invoice.
    pub invoice: InvoiceId,
    /// The payment.
    pub payment_intent: PaymentIntentId,
}

impl InvoicePaymentFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup {
            payment_intent: Some(self.payment_intent.clone()),
            invoice: Some(self.invoice.clone()),
            ..Lookup::default()
        }
    }
}
