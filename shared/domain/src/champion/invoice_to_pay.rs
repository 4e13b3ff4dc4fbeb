//! The rule of whether a reader can pay a subscription's newest invoice, to repair a payment that failed.

use crate::{
    Timestamp,
    champion::{ChampionAccount, renewal::InvoiceStatus},
    ids::InvoiceId,
    money::Money,
};

/// An invoice of a subscription, as Stripe's API returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledInvoice {
    /// The invoice.
    pub id: InvoiceId,
    /// The state of the invoice.
    pub status: InvoiceStatus,
    /// The amount that is still to be paid.
    pub due: Money,
    /// When the invoice was made.
    pub made_at: Timestamp,
    /// The address of Stripe's page on which the invoice can be paid. Anybody who has the address can open the page.
    pub page: Option<String>,
}

/// The decision about a request to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayDecision {
    /// The invoice can't be paid: it is a draft, void or uncollectible, or it was paid and no record shows that it was
    /// open.
    NothingToPay,
    /// The invoice was open, and is paid by now.
    AlreadyPaid,
    /// The invoice is open and can be paid.
    Pay,
}

/// Decides whether a subscription's newest invoice, as Stripe has it, is to be paid.
#[must_use]
pub fn decide(account: &ChampionAccount, latest: &BilledInvoice) -> PayDecision {
    match latest.status {
        InvoiceStatus::Open => PayDecision::Pay,
        InvoiceStatus::Paid if was_open(account, &latest.id) => PayDecision::AlreadyPaid,
        InvoiceStatus::Draft | InvoiceStatus::Paid | InvoiceStatus::Dead => PayDecision::NothingToPay,
    }
}

/// Returns whether a record shows that this invoice was open: an attempt to pay it failed, or it isn't recorded as paid.
fn was_open(account: &ChampionAccount, invoice: &InvoiceId) -> bool {
    let mut payments = account.payments.iter().filter(|payment| payment.invoice.as_ref() == Some(invoice));
    payments.any(|payment| payment.failed_at.is_some() || payment.paid_at.is_none())
}
