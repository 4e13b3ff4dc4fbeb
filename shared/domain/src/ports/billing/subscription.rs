//! Subscriptions at Stripe, and their invoices.

use crate::{
    Timestamp,
    champion::{ChampionMetadata, Period, invoice_to_pay::BilledInvoice, renewal::RunningInvoice, subscribe::Made},
    ids::{CustomerId, PaymentRecordId, PriceId},
    money::Money,
    ports::ClientSecret,
    stripe::Cancellation,
};

/// The values with which a subscription is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRequest {
    /// The reservation, whose id is part of the idempotency key.
    pub payment: PaymentRecordId,
    /// The customer who pays.
    pub customer: CustomerId,
    /// The price of each month.
    pub price: PriceId,
    /// The metadata, which every event about the subscription has.
    pub metadata: ChampionMetadata,
}

/// A subscription as Stripe's API returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionAnswer {
    /// The subscription, its first invoice and that invoice's payment.
    pub made: Made,
    /// The running period, as Stripe has it.
    pub period: Option<Period>,
    /// The cancellation, as Stripe stores it.
    pub cancellation: Cancellation,
    /// The prices of the subscription's items.
    pub prices: Vec<PriceId>,
    /// The newest invoice, if it is the running period's: a renewal's, or one for a change within the period, unless that
    /// one is void.
    pub running: Option<RunningInvoice>,
    /// The newest invoice, of any kind.
    pub latest: Option<BilledInvoice>,
    /// The secret with which the reader's browser pays the open invoice; none if none is open.
    pub client_secret: Option<ClientSecret>,
}

/// The next invoice of a subscription, as Stripe previews it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextInvoice {
    /// The amount that is due, after the reader's credits.
    pub due: Money,
    /// When the period begins that the invoice is for. Stripe charges about an hour later.
    pub at: Timestamp,
}

/// The result of an attempt to pay an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoicePaid {
    /// The invoice is paid.
    Now,
    /// The money is on its way, which may take days.
    Later,
    /// The cardholder must confirm the payment in their browser.
    NeedsCardholder,
    /// The invoice isn't open any more: it is paid, void or uncollectible.
    NotOpen,
}
