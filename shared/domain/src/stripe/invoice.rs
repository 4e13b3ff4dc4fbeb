//! The fact of `invoice.*`, for invoices of subscriptions.

use crate::{
    Timestamp,
    champion_metadata::ChampionMetadata,
    email::Email,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PriceId, SubscriptionId},
    money::Money,
    period::Period,
    stripe::{Hints, Lookup},
};

/// An invoice's `billing_reason` (<https://docs.stripe.com/api/invoices/object#invoice_object-billing_reason>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillingReason {
    /// `subscription_create`: the first invoice.
    SubscriptionCreate,
    /// `subscription_cycle`: a renewal.
    SubscriptionCycle,
    /// `subscription_update`: the plan was changed within a period.
    SubscriptionUpdate,
    /// Any other reason, such as `manual`.
    Other,
}

/// The content of an event about a subscription's invoice. An invoice without a subscription isn't ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFact {
    /// The invoice.
    pub invoice: InvoiceId,
    /// `parent.subscription_details.subscription`, formerly `subscription`.
    pub subscription: SubscriptionId,
    /// The reason for which the invoice was made.
    pub billing_reason: BillingReason,
    /// The payment; none since API version 2025-03-31, which removed it from the event
    /// (<https://docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices>).
    pub payment_intent: Option<PaymentIntentId>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// `customer_email`.
    pub email: Option<Email>,
    /// The amount that was paid (`amount_paid`); after a failure, the amount that was due (`amount_due`).
    pub amount: Money,
    /// The time that the invoice pays for: the period of the line that ends last and isn't a proration. The invoice's own
    /// `period_start` and `period_end` are of the period before, and not used
    /// (<https://docs.stripe.com/api/invoices/object#invoice_object-period_end>).
    pub period: Option<Period>,
    /// The price of the line with `period`, or of a proration if there is no such line.
    pub price: Option<PriceId>,
    /// The lines that the event embeds, at most ten.
    pub lines: Vec<InvoiceLine>,
    /// Whether the invoice has lines that the event doesn't embed.
    pub has_more_lines: bool,
    /// Whether the invoice is of a trial: its sum is 0 before any discount or credit.
    pub is_trial: bool,
    /// `hosted_invoice_url`: the address of Stripe's page on which it can be paid.
    pub page: Option<String>,
    /// The subscription's metadata, as it was when the invoice was made.
    pub metadata: Option<ChampionMetadata>,
    /// `status_transitions.paid_at`, which every event about one payment has alike; without it, when the event happened.
    pub at: Timestamp,
}

/// A line of an invoice, for our price or for anything else that the customer bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// The price that the line charges.
    pub price: Option<PriceId>,
    /// The time that the line is for.
    pub period: Option<Period>,
    /// Whether the line is a proration, from a change within a period.
    pub is_proration: bool,
    /// Whether the line is a credit, for unused time.
    pub is_credit: bool,
}

impl InvoiceFact {
    fn hints(&self) -> Hints {
        let prices = self.lines.iter().filter_map(|line| line.price.clone()).chain(self.price.clone());
        Hints { customer: self.customer.clone(), prices: prices.collect() }
    }

    /// Returns the keys that the fact names.
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
