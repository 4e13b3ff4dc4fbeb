//! The rules of cancelling a subscription, and of resuming it before its period ends.

use crate::{
    champion::{ChampionAccount, PaymentRecord, Subscription},
    ids::{InvoiceId, SubscriptionId},
};

/// The decision about a request to cancel or to resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalDecision {
    /// No subscription runs. Single purchases don't renew, so they can't be cancelled.
    NotFound,
    /// The subscription is in the requested state already: cancelled and paid until it ends, or renewing.
    AlreadyDone(Box<Subscription>),
    /// Stripe has to be asked to change this subscription.
    Change(Box<Subscription>),
}

/// Decides whether Stripe must be asked to let the live subscription renew (`renew`), or end with its period.
#[must_use]
pub fn decide(account: &ChampionAccount, renew: bool) -> RenewalDecision {
    match account.live_subscription() {
        None => RenewalDecision::NotFound,
        Some(live) if live.cancel_at_period_end != renew && (renew || is_paid(account, live)) => {
            RenewalDecision::AlreadyDone(Box::new(live.clone()))
        }
        Some(live) => RenewalDecision::Change(Box::new(live.clone())),
    }
}

/// Returns whether a subscription's running period is known to be paid. One that isn't may be charged still, although the
/// subscription is going to end.
fn is_paid(account: &ChampionAccount, live: &Subscription) -> bool {
    let paid = account.payments_of(&live.id).filter(|it| it.paid_at.is_some());
    let end = paid.filter_map(|it| it.period).map(|period| period.end).max();
    !live.status.is_in_arrears() && end >= live.period_end
}

/// The way in which an operator ends a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The reader has no such subscription.
    NotFound,
    /// The subscription is over already.
    Over,
    /// All the money of the running month went back: the subscription ends now.
    Now,
    /// The running month is paid: the subscription ends with it, as if the reader had cancelled.
    WithItsPeriod,
}

/// Decides how an operator ends a subscription, at the account's moment.
#[must_use]
pub fn ending(account: &ChampionAccount, id: &SubscriptionId) -> Ending {
    let Some(subscription) = account.subscriptions.iter().find(|it| it.id == *id) else { return Ending::NotFound };
    if subscription.status.is_terminal() {
        return Ending::Over;
    }
    let now = account.moment.now;
    let mut running =
        account.payments_of(id).filter(|it| it.paid_at.is_some() && it.period.is_some_and(|period| period.end > now));
    if running.any(PaymentRecord::is_revoked) { Ending::Now } else { Ending::WithItsPeriod }
}

/// The status of an invoice at Stripe (<https://docs.stripe.com/api/invoices/object#invoice_object-status>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// The invoice isn't finalised yet. A renewal's is finalised and charged about an hour after its period has begun.
    Draft,
    /// The invoice is to be paid.
    Open,
    /// The invoice is paid.
    Paid,
    /// The invoice is void or uncollectible.
    Dead,
}

/// The invoice of a subscription's running period, as Stripe's API returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningInvoice {
    /// The invoice.
    pub id: InvoiceId,
    /// The status of the invoice.
    pub status: InvoiceStatus,
}

/// The way in which a subscription is to be cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelling {
    /// The running period is paid: the subscription ends with it.
    WithItsPeriod,
    /// The running period isn't paid: the subscription ends now, and this invoice, if there is one, is made void first.
    /// Nobody is charged after cancelling.
    Now {
        /// The invoice that could still be charged.
        void: Option<RunningInvoice>,
    },
}

/// Decides how to cancel a subscription whose running period has this invoice; without one, the period counts as paid.
#[must_use]
pub fn cancelling(running: Option<&RunningInvoice>) -> Cancelling {
    match running {
        None => Cancelling::WithItsPeriod,
        Some(RunningInvoice { status: InvoiceStatus::Paid, .. }) => Cancelling::WithItsPeriod,
        Some(RunningInvoice { status: InvoiceStatus::Dead, .. }) => Cancelling::Now { void: None },
        Some(open) => Cancelling::Now { void: Some(open.clone()) },
    }
}
