//! The response to a request to pay a subscription's invoice.

use pledge_application::champions::{InvoiceToPay, PayStatus};
use pledge_domain::{champion::invoice_to_pay::BilledInvoice, ids::InvoiceId, money::Currency, ports::ClientSecret};
use pledge_http_api::UtcTime;
use serde::Serialize;

use super::exposed;

/// The newest invoice of a subscription, after a request to pay it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionPayment {
    /// `open`, `requires_action`, `processing` or `paid`.
    status: &'static str,
    /// The invoice in Stripe.
    invoice_id: InvoiceId,
    /// The amount that is still to be paid, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
    /// The secret with which Stripe.js pays the invoice, or has the cardholder confirm it; none if the reader has
    /// nothing to do.
    #[serde(serialize_with = "exposed")]
    client_secret: Option<ClientSecret>,
    /// Older invoices that are open too.
    other_invoices: Vec<OpenInvoice>,
}

impl From<InvoiceToPay> for ChampionPayment {
    fn from(payment: InvoiceToPay) -> Self {
        let status = match payment.status {
            PayStatus::Open => "open",
            PayStatus::RequiresAction => "requires_action",
            PayStatus::Processing => "processing",
            PayStatus::Paid => "paid",
        };
        Self {
            status,
            invoice_id: payment.invoice.id,
            amount: payment.invoice.due.amount,
            currency: payment.invoice.due.currency,
            client_secret: payment.client_secret,
            other_invoices: payment.others.into_iter().map(OpenInvoice::from).collect(),
        }
    }
}

/// An older invoice of the subscription that is still open.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInvoice {
    /// The invoice in Stripe.
    invoice_id: InvoiceId,
    /// The amount that is still to be paid, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
    /// When the invoice was made.
    created_at: UtcTime,
    /// The address of Stripe's page on which the invoice can be paid.
    hosted_invoice_url: Option<String>,
}

impl From<BilledInvoice> for OpenInvoice {
    fn from(invoice: BilledInvoice) -> Self {
        Self {
            invoice_id: invoice.id,
            amount: invoice.due.amount,
            currency: invoice.due.currency,
            created_at: UtcTime(invoice.made_at),
            hosted_invoice_url: invoice.page,
        }
    }
}
