//! Paying what is open: a reader repairs a payment that failed.

use crate::{
    Timestamp,
    champion::{ChampionAccount, renewal::InvoiceStatus},
    ids::InvoiceId,
    money::Money,
};

/// An invoice of a subscription, as Stripe's API answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledInvoice {
    /// The invoice.
    pub id: InvoiceId,
    /// What became of it.
    pub status: InvoiceStatus,
    /// What is still to be paid.
    pub due: Money,
    /// When it was made.
    pub made_at: Timestamp,
    /// Stripe's own page on which it can be paid; whoever has the address can open it.
    pub page: Option<String>,
}

/// What a request to pay leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayDecision {
    /// The invoice was never open, isn't yet, or nobody is to pay it any more.
    NothingToPay,
    /// The invoice was open, and is paid by now.
    AlreadyPaid,
    /// Let it be paid.
    Pay,
}

/// Decides what to do about a subscription's newest invoice.
#[must_use]
pub fn decide(account: &ChampionAccount, latest: &BilledInvoice) -> PayDecision {
    match latest.status {
        InvoiceStatus::Open => PayDecision::Pay,
        InvoiceStatus::Paid if was_open(account, &latest.id) => PayDecision::AlreadyPaid,
        InvoiceStatus::Draft | InvoiceStatus::Paid | InvoiceStatus::Dead => PayDecision::NothingToPay,
    }
}

/// Whether somebody was ever asked to pay this invoice, as far as we were told.
fn was_open(account: &ChampionAccount, invoice: &InvoiceId) -> bool {
    let mut payments = account.payments.iter().filter(|payment| payment.invoice.as_ref() == Some(invoice));
    payments.any(|payment| payment.failed_at.is_some() || payment.paid_at.is_none())
}
