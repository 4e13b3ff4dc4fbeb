//! Cancelling, and changing one's mind.

use crate::{
    champion::{ChampionAccount, PaymentRecord, Subscription},
    ids::{InvoiceId, SubscriptionId},
};

/// What a request to cancel or to resume leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalDecision {
    /// No subscription runs. What was bought once doesn't renew and can't be cancelled.
    NotFound,
    /// The subscription is already as it was asked to be.
    AlreadyDone(Box<Subscription>),
    /// Tell Stripe.
    Change(Box<Subscription>),
}

/// Decides whether Stripe must be told that the subscription is, or isn't, to go on after its period.
#[must_use]
pub fn decide(account: &ChampionAccount, renew: bool) -> RenewalDecision {
    match account.live_subscription() {
        None => RenewalDecision::NotFound,
        Some(live) if live.cancel_at_period_end != renew => RenewalDecision::AlreadyDone(Box::new(live.clone())),
        Some(live) => RenewalDecision::Change(Box::new(live.clone())),
    }
}

/// How an operator ends a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The reader has no such subscription.
    NotFound,
    /// The subscription is over already.
    Over,
    /// All the money of the month that runs went back: the subscription ends now.
    Now,
    /// The running month is paid: the subscription ends with it, as if the reader had cancelled.
    WithItsPeriod,
}

/// Decides how an operator ends a subscription.
#[must_use]
pub fn ending(account: &ChampionAccount, id: &SubscriptionId) -> Ending {
    let Some(subscription) = account.subscriptions.iter().find(|it| it.id == *id) else { return Ending::NotFound };
    if subscription.status.is_terminal() {
        return Ending::Over;
    }
    let now = account.moment.now;
    let theirs = account.payments.iter().filter(|payment| payment.subscription.as_ref() == Some(id));
    let mut running = theirs.filter(|it| it.paid_at.is_some() && it.period.is_some_and(|period| period.end > now));
    if running.any(PaymentRecord::is_revoked) { Ending::Now } else { Ending::WithItsPeriod }
}

/// What became of an invoice at Stripe (<https://docs.stripe.com/api/invoices/object#invoice_object-status>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// About an hour after a period has begun its invoice is finalised and charged; until then it is a draft.
    Draft,
    /// The invoice is to be paid.
    Open,
    /// The invoice is paid.
    Paid,
    /// Nobody is going to pay it, or it was made void.
    Dead,
}

/// The invoice of the period that runs, as Stripe's API answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningInvoice {
    /// The invoice.
    pub id: InvoiceId,
    /// What became of it.
    pub status: InvoiceStatus,
}

/// How a subscription is to be cancelled.
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

/// Decides how to cancel a subscription whose running period has this invoice.
#[must_use]
pub fn cancelling(running: Option<&RunningInvoice>) -> Cancelling {
    match running {
        None => Cancelling::WithItsPeriod,
        Some(RunningInvoice { status: InvoiceStatus::Paid, .. }) => Cancelling::WithItsPeriod,
        Some(RunningInvoice { status: InvoiceStatus::Dead, .. }) => Cancelling::Now { void: None },
        Some(open) => Cancelling::Now { void: Some(open.clone()) },
    }
}
