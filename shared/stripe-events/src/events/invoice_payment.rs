//! `invoice_payment.paid` (<https://docs.stripe.com/api/invoice-payment/object>): which payment paid an invoice.
//! Stripe sends it since API version 2025-03-31 "basil", in which invoices have no `payment_intent` any more
//! (<https://docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices>).

use pledge_domain::{
    ids::{InvoiceId, PaymentIntentId},
    stripe::{Fact, InvoicePaymentFact},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, expandable::Expandable};

/// The fields of an invoice payment that this project reads.
#[derive(Deserialize)]
struct InvoicePayment {
    invoice: Expandable,
    payment: Payment,
}

#[derive(Deserialize)]
struct Payment {
    #[serde(default)]
    payment_intent: Option<Expandable>,
}

/// Decodes `invoice_payment.paid`.
pub fn paid(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let link: InvoicePayment = payload.object()?;
    let Some(intent) = link.payment.payment_intent else {
        return Ok(Fact::Ignored { reason: "an invoice that was paid without a PaymentIntent" });
    };
    Ok(Fact::InvoicePaymentLinked(InvoicePaymentFact {
        invoice: link.invoice.parse(InvoiceId::parse)?,
        payment_intent: intent.parse(PaymentIntentId::parse)?,
    }))
}
