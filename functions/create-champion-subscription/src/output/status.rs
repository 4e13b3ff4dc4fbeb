//! The response with the state of a reader's support of one novel.

use pledge_domain::{
    Timestamp,
    champion::{
        PaymentRecord,
        status::{NextRenewal, OpenPayment, Standing},
    },
    ids::{InvoiceId, SubscriptionId},
    money::Currency,
};
use pledge_http_api::UtcTime;
use serde::Serialize;

/// The state of a reader's support of a novel.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionStatus {
    /// The novel.
    novel_id: i64,
    /// The tier up to which the reader may read now, grace included; none while they have no access.
    tier_level: Option<u8>,
    /// When the access that is paid changes to another tier or ends; grace isn't included.
    tier_until: Option<UtcTime>,
    /// Whether the reader may read now, grace included.
    is_active: bool,
    /// Whether the reader has access beyond the paid time now.
    in_grace: bool,
    /// When the grace ends, also if it hasn't begun yet.
    grace_until: Option<UtcTime>,
    /// The subscription's status, in Stripe's words.
    subscription_status: Option<&'static str>,
    /// Whether the subscription's payments are paused.
    collection_paused: bool,
    /// The start of the running unbroken access or, if there is none, of the last one.
    start_date: Option<UtcTime>,
    /// The end of all bought time.
    end_date: Option<UtcTime>,
    /// Whether the reader will be charged again.
    auto_renew: bool,
    /// Whether a subscription runs that ends with its period.
    cancel_at_period_end: bool,
    /// The reader's subscription to the novel: the live one, else the one that was paid last.
    subscription_id: Option<SubscriptionId>,
    /// A subscription that waits for its first payment.
    pending_attempt: Option<PendingAttempt>,
    /// The subscription's failed invoice, as long as it can be paid.
    open_invoice: Option<OpenInvoiceOfStatus>,
    /// The next charge, unless the subscription is cancelled before.
    next_renewal: Option<Renewal>,
}

impl ChampionStatus {
    /// Makes the body from the state of a reader's support of a novel at `now`.
    pub fn new(standing: Standing, now: Timestamp) -> Self {
        let support = standing.support.as_ref();
        let grace = support.and_then(|support| support.grace).filter(|grace| now < grace.period.end);
        let subscription = standing.subscription.as_ref();
        Self {
            novel_id: standing.key.novel.get(),
            tier_level: support.and_then(|support| support.readable(now)).map(|tier| tier.get()),
            tier_until: support.and_then(|support| support.tier_until).map(UtcTime),
            is_active: support.is_some_and(|support| support.is_active),
            in_grace: grace.is_some_and(|grace| grace.runs_at(now)),
            grace_until: grace.map(|grace| UtcTime(grace.period.end)),
            subscription_status: subscription.map(|subscription| subscription.status.name()),
            collection_paused: subscription.is_some_and(|subscription| subscription.collection_paused),
            start_date: support.map(|support| UtcTime(support.period.start)),
            end_date: support.map(|support| UtcTime(support.period.end)),
            auto_renew: support.is_some_and(|support| support.auto_renew),
            cancel_at_period_end: support.is_some_and(|support| support.cancel_at_period_end),
            subscription_id: support.and_then(|support| support.subscription.clone()),
            pending_attempt: standing.pending.map(PendingAttempt::from),
            open_invoice: standing.open.map(OpenInvoiceOfStatus::from),
            next_renewal: standing.next_renewal.map(Renewal::from),
        }
    }
}

/// An invoice of the subscription whose payment failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInvoiceOfStatus {
    /// The invoice in Stripe.
    invoice_id: InvoiceId,
    /// The tier that the invoice is for.
    tier_level: Option<u8>,
    /// The amount of the invoice, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
    /// When an attempt to pay the invoice was last refused.
    failed_at: Option<UtcTime>,
}

impl From<OpenPayment> for OpenInvoiceOfStatus {
    fn from(open: OpenPayment) -> Self {
        Self {
            invoice_id: open.invoice,
            tier_level: open.tier.map(|tier| tier.get()),
            amount: open.amount.amount,
            currency: open.amount.currency,
            failed_at: open.failed_at.map(UtcTime),
        }
    }
}

/// The next renewal of a subscription.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewal {
    /// When the renewed period begins.
    date: UtcTime,
    /// The tier that is renewed.
    tier_level: u8,
    /// The cost of the renewal, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
}

impl From<NextRenewal> for Renewal {
    fn from(next: NextRenewal) -> Self {
        Self {
            date: UtcTime(next.at),
            tier_level: next.tier.get(),
            amount: next.amount.amount,
            currency: next.amount.currency,
        }
    }
}

/// A subscription that waits for its first payment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingAttempt {
    /// The requested tier.
    tier_level: Option<u8>,
    /// `pending`, or `failed` after a refused card.
    status: &'static str,
    /// The subscription in Stripe; none while Stripe is being asked to make it.
    subscription_id: Option<SubscriptionId>,
    /// When the subscription was requested.
    created_at: UtcTime,
}

impl From<PaymentRecord> for PendingAttempt {
    fn from(attempt: PaymentRecord) -> Self {
        Self {
            tier_level: attempt.tier.map(|tier| tier.get()),
            status: attempt.status().name(),
            created_at: UtcTime(attempt.created_at),
            subscription_id: attempt.subscription,
        }
    }
}
