//! The bodies of this function's responses.

use pledge_application::champions::{InvoiceToPay, PayStatus, Purchase, Subscribed, TierChange};
use pledge_domain::{
    Timestamp,
    champion::{
        PaymentRecord, Tier, TierLevel,
        invoice_to_pay::BilledInvoice,
        status::{NextRenewal, OpenPayment, Standing, Stretch},
    },
    ids::{InvoiceId, NovelId, PaymentIntentId, SubscriptionId},
    money::Currency,
    ports::{ClientSecret, PortalLink},
};
use pledge_http_api::Moment;
use serde::{Serialize, Serializer};

/// A subscription that waits for its first payment, or one that goes on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionSubscription {
    /// Always true.
    success: bool,
    /// The subscription in Stripe.
    subscription_id: SubscriptionId,
    /// What Stripe.js pays the first month with; none if nothing is due now.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    client_secret: Option<ClientSecret>,
    /// The state, in Stripe's words.
    status: &'static str,
    /// When the running period began, as Stripe has it.
    current_period_start: Option<Moment>,
    /// When the running period ends, as Stripe has it.
    current_period_end: Option<Moment>,
    /// Whether it renews at the end of the period.
    auto_renew: bool,
    /// When it begins once it is paid, if it waits for what runs.
    starts_at: Option<Moment>,
}

impl From<Subscribed> for ChampionSubscription {
    fn from(Subscribed { answer, starts_at }: Subscribed) -> Self {
        let subscription = answer.made.subscription;
        Self {
            success: true,
            subscription_id: subscription.id,
            client_secret: answer.client_secret,
            status: subscription.status.name(),
            current_period_start: answer.period.map(|period| Moment(period.start)),
            current_period_end: answer.period.map(|period| Moment(period.end)),
            auto_renew: !subscription.cancel_at_period_end,
            starts_at: starts_at.map(Moment),
        }
    }
}

/// A purchase of 30 days that waits for its payment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionPurchase {
    /// Always true.
    success: bool,
    /// The payment in Stripe.
    payment_intent_id: PaymentIntentId,
    /// What Stripe.js pays it with.
    #[serde(serialize_with = "exposed")]
    client_secret: Option<ClientSecret>,
    /// The price, in minor units of the currency.
    amount: i64,
    /// The currency of the price.
    currency: Currency,
    /// When it begins once it is paid, if it waits for what runs.
    starts_at: Option<Moment>,
}

impl From<Purchase> for ChampionPurchase {
    fn from(purchase: Purchase) -> Self {
        Self {
            success: true,
            payment_intent_id: purchase.payment_intent,
            client_secret: Some(purchase.client_secret),
            amount: purchase.amount.amount,
            currency: purchase.amount.currency,
            starts_at: purchase.starts_at.map(Moment),
        }
    }
}

/// How a reader's support of a novel stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionStatus {
    /// The novel.
    novel_id: i64,
    /// The tier that may be read now, grace included; none while there is none.
    tier_level: Option<u8>,
    /// When what is paid changes to another tier or ends.
    tier_until: Option<Moment>,
    /// Whether the reader may read now, grace included.
    is_active: bool,
    /// Whether access goes on beyond what is paid.
    in_grace: bool,
    /// When such access ends, also if it is still to begin.
    grace_until: Option<Moment>,
    /// The state of the subscription, in Stripe's words.
    subscription_status: Option<&'static str>,
    /// Whether the subscription's payments are paused.
    collection_paused: bool,
    /// When the unbroken run of access began, or the last one did.
    start_date: Option<Moment>,
    /// When what was bought ends.
    end_date: Option<Moment>,
    /// Whether the reader will be charged again.
    auto_renew: bool,
    /// Whether a subscription runs that is going to end.
    cancel_at_period_end: bool,
    /// The subscription that counts, also one that has ended.
    subscription_id: Option<SubscriptionId>,
    /// A subscription that waits for its first payment.
    pending_attempt: Option<PendingAttempt>,
    /// The payment of the subscription that failed, as long as it can be paid.
    open_invoice: Option<OpenInvoiceOfStatus>,
    /// What the reader is charged next, unless somebody stops it.
    next_renewal: Option<Renewal>,
}

impl ChampionStatus {
    /// Makes the body of a reader's standing with a novel.
    pub fn new(standing: Standing, now: Timestamp) -> Self {
        let support = standing.support.as_ref();
        let grace = support.and_then(|support| support.grace).filter(|grace| now < grace.period.end);
        let subscription = standing.subscription.as_ref();
        Self {
            novel_id: standing.key.novel.get(),
            tier_level: support.and_then(|support| support.readable(now)).map(|tier| tier.get()),
            tier_until: support.and_then(|support| support.tier_until).map(Moment),
            is_active: support.is_some_and(|support| support.is_active),
            in_grace: grace.is_some_and(|grace| grace.runs_at(now)),
            grace_until: grace.map(|grace| Moment(grace.period.end)),
            subscription_status: subscription.map(|subscription| subscription.status.name()),
            collection_paused: subscription.is_some_and(|subscription| subscription.collection_paused),
            start_date: support.map(|support| Moment(support.period.start)),
            end_date: support.map(|support| Moment(support.period.end)),
            auto_renew: support.is_some_and(|support| support.auto_renew),
            cancel_at_period_end: support.is_some_and(|support| support.cancel_at_period_end),
            subscription_id: support.and_then(|support| support.subscription.clone()),
            pending_attempt: standing.pending.map(PendingAttempt::from),
            open_invoice: standing.open.map(OpenInvoiceOfStatus::from),
            next_renewal: standing.next_renewal.map(Renewal::from),
        }
    }
}

/// A payment of the subscription that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInvoiceOfStatus {
    /// The invoice in Stripe.
    invoice_id: InvoiceId,
    /// The tier that it is for.
    tier_level: Option<u8>,
    /// What was asked for, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
    /// When a try to pay it was last refused.
    failed_at: Option<Moment>,
}

impl From<OpenPayment> for OpenInvoiceOfStatus {
    fn from(open: OpenPayment) -> Self {
        Self {
            invoice_id: open.invoice,
            tier_level: open.tier.map(|tier| tier.get()),
            amount: open.amount.amount,
            currency: open.amount.currency,
            failed_at: open.failed_at.map(Moment),
        }
    }
}

/// A renewal that is to come.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewal {
    /// When its period begins.
    date: Moment,
    /// The tier that is renewed.
    tier_level: u8,
    /// What it costs, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
}

impl From<NextRenewal> for Renewal {
    fn from(next: NextRenewal) -> Self {
        Self {
            date: Moment(next.at),
            tier_level: next.tier.get(),
            amount: next.amount.amount,
            currency: next.amount.currency,
        }
    }
}

/// Everything that a reader supports, supported, or began to pay for.
#[derive(Debug, Serialize)]
pub struct OwnChampions {
    /// One for each novel, by the novels' numbers.
    champions: Vec<OwnChampion>,
}

impl OwnChampions {
    /// Makes the body of a reader's standings.
    pub fn new(standings: Vec<Standing>, now: Timestamp) -> Self {
        let one = |standing: Standing| OwnChampion {
            segments: standing.stretches.iter().map(AccessSegment::from).collect(),
            status: ChampionStatus::new(standing, now),
        };
        Self { champions: standings.into_iter().map(one).collect() }
    }
}

/// How a reader's support of one novel stands, and when they could, can and will be able to read on.
#[derive(Debug, Serialize)]
pub struct OwnChampion {
    /// How it stands.
    status: ChampionStatus,
    /// The access that was bought, in order.
    segments: Vec<AccessSegment>,
}

/// Access at one tier, without a gap.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessSegment {
    /// The tier.
    tier_level: u8,
    /// When it begins.
    start: Moment,
    /// When it ends.
    end: Moment,
}

impl From<&Stretch> for AccessSegment {
    fn from(stretch: &Stretch) -> Self {
        let (start, end) = (Moment(stretch.period.start), Moment(stretch.period.end));
        Self { tier_level: stretch.tier.get(), start, end }
    }
}

/// A subscription that waits for its first payment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingAttempt {
    /// The tier that was asked for.
    tier_level: Option<u8>,
    /// `pending`, or `failed` after a refused card.
    status: &'static str,
    /// The subscription in Stripe; none for the moment in which Stripe is being asked.
    subscription_id: Option<SubscriptionId>,
    /// When it was asked for.
    created_at: Moment,
}

impl From<PaymentRecord> for PendingAttempt {
    fn from(attempt: PaymentRecord) -> Self {
        Self {
            tier_level: attempt.tier.map(|tier| tier.get()),
            status: attempt.status().name(),
            created_at: Moment(attempt.created_at),
            subscription_id: attempt.subscription,
        }
    }
}

/// The tiers of a novel that are on sale.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NovelTiers {
    /// The novel.
    novel_id: i64,
    /// The tiers, lowest first.
    tiers: Vec<TierOnSale>,
}

impl NovelTiers {
    /// Makes the body of a novel's tiers.
    pub fn new(novel: NovelId, tiers: Vec<Tier>) -> Self {
        Self { novel_id: novel.get(), tiers: tiers.into_iter().map(TierOnSale::from).collect() }
    }
}

/// A tier that can be subscribed to, or bought for 30 days.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TierOnSale {
    /// The level, from 1.
    tier_level: u8,
    /// What the tier is called.
    name: String,
    /// What a month, or 30 days once, costs, in minor units of the currency.
    amount: i64,
    /// The currency of the price.
    currency: Currency,
}

impl From<Tier> for TierOnSale {
    fn from(tier: Tier) -> Self {
        Self { tier_level: tier.level.get(), name: tier.name, amount: tier.price.amount, currency: tier.price.currency }
    }
}

/// What the next renewal costs at another tier.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionChange {
    /// Whether nothing was changed.
    preview: bool,
    /// The subscription in Stripe.
    subscription_id: SubscriptionId,
    /// The tier from the next renewal on.
    tier_level: u8,
    /// When it renews.
    renews_at: Moment,
    /// What it then costs, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
}

impl ChampionChange {
    /// Makes the body of a change, or of a look at one.
    pub fn new(change: TierChange, level: TierLevel, preview: bool) -> Self {
        Self {
            preview,
            subscription_id: change.subscription,
            tier_level: level.get(),
            renews_at: Moment(change.next.at),
            amount: change.next.due.amount,
            currency: change.next.due.currency,
        }
    }
}

/// The newest invoice of a subscription, after a request to pay it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionPayment {
    /// `open`, `requires_action`, `processing` or `paid`.
    status: &'static str,
    /// The invoice in Stripe.
    invoice_id: InvoiceId,
    /// What is still to be paid, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
    /// What Stripe.js pays it with, or asks the cardholder with; none if there is nothing to do.
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

/// An older invoice that is open.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInvoice {
    /// The invoice in Stripe.
    invoice_id: InvoiceId,
    /// What is still to be paid, in minor units of the currency.
    amount: i64,
    /// The currency of the amount.
    currency: Currency,
    /// When it was made.
    created_at: Moment,
    /// Stripe's page on which it can be paid.
    hosted_invoice_url: Option<String>,
}

impl From<BilledInvoice> for OpenInvoice {
    fn from(invoice: BilledInvoice) -> Self {
        Self {
            invoice_id: invoice.id,
            amount: invoice.due.amount,
            currency: invoice.due.currency,
            created_at: Moment(invoice.made_at),
            hosted_invoice_url: invoice.page,
        }
    }
}

/// The way to Stripe's billing portal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampionPortal {
    /// The portal's address, for this reader alone, and to be opened within minutes.
    #[serde(serialize_with = "opened")]
    url: PortalLink,
}

impl From<PortalLink> for ChampionPortal {
    fn from(url: PortalLink) -> Self {
        Self { url }
    }
}

/// Writes the address of a portal into the response to its reader.
fn opened<S: Serializer>(link: &PortalLink, serializer: S) -> Result<S::Ok, S::Error> {
    link.expose().serialize(serializer)
}

/// Writes a secret where it belongs: into the response to the reader whose payment it is for.
fn exposed<S: Serializer>(secret: &Option<ClientSecret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ClientSecret::expose).serialize(serializer)
}
