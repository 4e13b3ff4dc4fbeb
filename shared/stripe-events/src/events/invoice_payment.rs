//! `invoice_payment.paid` (<https://docs.stripe.com/api/invoice-payment/object>): which payment paid an invoice.
//! Exists since basil, when the invoice lost its `payment_intent`.

use pledge_domain::{
    ids::{InvoiceId, PaymentIntentId},
    stripe::{Fact, InvoicePaymentFact},
};
use serde::Deserialize;

use crate::wire::{Payload, Unreadable, expandable::Expandable};

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

/// Reads the link.
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
