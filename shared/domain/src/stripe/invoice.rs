//! `invoice.*` of subscriptions.

use crate::{
    Timestamp,
    champion_metadata::ChampionMetadata,
    email::Email,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PriceId, SubscriptionId},
    money::Money,
    period::Period,
    stripe::{Hints, Lookup},
};

/// An invoice's `billing_reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillingReason {
    /// `subscription_create`: the first invoice.
    SubscriptionCreate,
    /// `subscription_cycle`: a renewal.
    SubscriptionCycle,
    /// `subscription_update`: the plan was changed within a period.
    SubscriptionUpdate,
    /// Anything else that Stripe has or will have.
    Other,
}

/// What an event about a subscription's invoice carries. An invoice without a subscription isn't ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFact {
    /// The invoice.
    pub invoice: InvoiceId,
    /// `parent.subscription_details.subscription`, formerly `subscription`.
    pub subscription: SubscriptionId,
    /// Why it exists.
    pub billing_reason: BillingReason,
    /// The payment. Since the API version of March 2025 the event doesn't have it.
    pub payment_intent: Option<PaymentIntentId>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// `customer_email`.
    pub email: Option<Email>,
    /// What was paid (`amount_paid`), or of a failure what was due (`amount_due`).
    pub amount: Money,
    /// The time that it pays for: the period of the last-ending line that isn't a proration. The invoice's own
    /// `period_start` and `period_end` look back and are of no use
    /// (<https://docs.stripe.com/api/invoices/object#invoice_object-period_end>).
    pub period: Option<Period>,
    /// The price of that line, or of a proration if there is no other.
    pub price: Option<PriceId>,
    /// The lines that the event embeds, ten at most. Empty if it says no more than `period` and `price`.
    pub lines: Vec<InvoiceLine>,
    /// Whether the invoice has lines that the event doesn't embed.
    pub has_more_lines: bool,
    /// Whether nothing was asked for, before any discount or credit: the time is a trial.
    pub is_trial: bool,
    /// `hosted_invoice_url`: Stripe's page on which it can be paid.
    pub page: Option<String>,
    /// The subscription's metadata, as it was when the invoice was made.
    pub metadata: Option<ChampionMetadata>,
    /// `status_transitions.paid_at`, the same in every event about one payment; otherwise when the event happened.
    pub at: Timestamp,
}

/// A line of an invoice, of ours or of something else that the same customer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// The price that the line charges.
    pub price: Option<PriceId>,
    /// The time that it is for.
    pub period: Option<Period>,
    /// Whether it is for a change within a period.
    pub is_proration: bool,
    /// Whether it gives money back, for time that isn't used.
    pub is_credit: bool,
}

impl InvoiceFact {
    fn hints(&self) -> Hints {
        let prices = self.lines.iter().filter_map(|line| line.price.clone()).chain(self.price.clone());
        Hints { customer: self.customer.clone(), prices: prices.collect() }
    }

    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup {
            payment_intent: self.payment_intent.clone(),
            subscription: Some(self.subscription.clone()),
            invoice: Some(self.invoice.clone()),
            hints: self.metadata.is_none().then(|| self.hints()),
            ..Lookup::by_metadata(self.metadata.as_ref())
        }
    }
}
