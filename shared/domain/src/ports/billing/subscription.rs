//! Subscriptions and their invoices.

use crate::{
    Timestamp,
    champion::{ChampionMetadata, Period, invoice_to_pay::BilledInvoice, renewal::RunningInvoice, subscribe::Made},
    ids::{CustomerId, PaymentRecordId, PriceId},
    money::Money,
    ports::ClientSecret,
};

/// What a subscription is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRequest {
    /// The reservation; its id is the idempotency key.
    pub payment: PaymentRecordId,
    /// Who pays.
    pub customer: CustomerId,
    /// What they pay every month.
    pub price: PriceId,
    /// What comes back in every event.
    pub metadata: ChampionMetadata,
}

/// A subscription as Stripe's API answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionAnswer {
    /// The subscription, its first invoice and that invoice's payment.
    pub made: Made,
    /// The period that runs, as Stripe counts.
    pub period: Option<Period>,
    /// The prices of its items.
    pub prices: Vec<PriceId>,
    /// The invoice of the period that runs, if it is the newest one and renews the subscription.
    pub running: Option<RunningInvoice>,
    /// The newest invoice, whatever it is for.
    pub latest: Option<BilledInvoice>,
    /// What pays the open invoice; none if none is open.
    pub client_secret: Option<ClientSecret>,
}

/// What Stripe would charge next for a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextInvoice {
    /// How much, after credits that the reader has.
    pub due: Money,
    /// When its period begins. Stripe charges about an hour later.
    pub at: Timestamp,
}

/// What came of a try to pay an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoicePaid {
    /// The invoice is paid.
    Now,
    /// The money is on its way, which may take days.
    Later,
    /// The cardholder must agree first, in their browser.
    NeedsCardholder,
    /// The invoice isn't open any more: somebody has paid it, or nobody is to.
    NotOpen,
}
