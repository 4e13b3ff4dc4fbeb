//! An invoice in a response of Stripe's API.

use pledge_domain::{
    Timestamp,
    champion::{invoice_to_pay::BilledInvoice, renewal::InvoiceStatus},
    ids::InvoiceId,
    money::{Currency, Money},
};
use serde::Deserialize;

/// The fields of an invoice that this project reads (<https://docs.stripe.com/api/invoices/object>).
#[derive(Deserialize)]
pub struct InvoiceBody {
    id: InvoiceId,
    status: String,
    #[serde(default)]
    amount_remaining: Option<i64>,
    #[serde(default)]
    currency: Option<Currency>,
    #[serde(default, with = "time::serde::timestamp::option")]
    created: Option<Timestamp>,
    #[serde(default)]
    hosted_invoice_url: Option<String>,
}

impl InvoiceBody {
    pub fn id(&self) -> &InvoiceId {
        &self.id
    }

    pub fn status(&self) -> InvoiceStatus {
        match self.status.as_str() {
            "draft" => InvoiceStatus::Draft,
            "open" => InvoiceStatus::Open,
            "paid" => InvoiceStatus::Paid,
            _ => InvoiceStatus::Dead,
        }
    }

    /// Returns the invoice, if the response has all its fields.
    pub fn billed(&self) -> Option<BilledInvoice> {
        Some(BilledInvoice {
            id: self.id.clone(),
            status: self.status(),
            due: Money::new(self.amount_remaining?, self.currency?),
            made_at: self.created?,
            page: self.hosted_invoice_url.clone(),
        })
    }
}
