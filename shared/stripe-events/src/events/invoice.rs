//! `invoice.*` of subscriptions (<https://docs.stripe.com/api/invoices/object>).

use pledge_domain::{
    Timestamp,
    email::Email,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PriceId, SubscriptionId},
    money::{Currency, Money},
    stripe::{BillingReason, Fact, InvoiceFact},
};
use serde::Deserialize;

use crate::wire::{
    List, Payload, Unreadable,
    expandable::Expandable,
    invoice_line::{Line, newest},
    lenient,
    metadata::Metadata,
};

/// The fields of an invoice that this project reads. Amounts are in the currency's smallest unit.
#[derive(Deserialize)]
struct Invoice {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    billing_reason: Option<String>,
    amount_paid: i64,
    amount_due: i64,
    /// The sum of the lines, before discounts and credits.
    #[serde(default, deserialize_with = "lenient")]
    subtotal: Option<i64>,
    currency: String,
    #[serde(default, deserialize_with = "lenient")]
    customer: Option<Expandable>,
    #[serde(default, deserialize_with = "lenient")]
    customer_email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    hosted_invoice_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    lines: Option<List<Line>>,
    #[serde(default, deserialize_with = "lenient")]
    status_transitions: Option<StatusTransitions>,
    /// A field that exists since API version 2025-03-31 "basil".
    #[serde(default)]
    parent: Option<Parent>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default)]
    subscription: Option<Expandable>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    subscription_details: Option<SubscriptionDetails>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default)]
    payment_intent: Option<Expandable>,
}

#[derive(Deserialize)]
struct StatusTransitions {
    #[serde(default, with = "time::serde::timestamp::option")]
    paid_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Parent {
    #[serde(default)]
    subscription_details: Option<SubscriptionDetails>,
}

#[derive(Deserialize)]
struct SubscriptionDetails {
    /// A field that exists since API version 2025-03-31 "basil".
    #[serde(default)]
    subscription: Option<Expandable>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

/// Decodes `invoice.paid` and `invoice.payment_succeeded`.
pub fn paid(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let invoice: Invoice = payload.object()?;
    let amount = invoice.amount_paid;
    let paid_at = invoice.status_transitions.as_ref().and_then(|transitions| transitions.paid_at);
    invoice.fact(amount, paid_at.unwrap_or(payload.created()), Fact::InvoicePaid)
}

/// Decodes `invoice.payment_failed`.
pub fn payment_failed(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let invoice: Invoice = payload.object()?;
    let amount = invoice.amount_due;
    invoice.fact(amount, payload.created(), Fact::InvoiceFailed)
}

/// Decodes `invoice.payment_action_required`.
pub fn payment_action_required(payload: Payload<'_>) -> Result<Fact, Unreadable> {
    let invoice: Invoice = payload.object()?;
    let amount = invoice.amount_due;
    invoice.fact(amount, payload.created(), Fact::InvoiceActionRequired)
}

impl Invoice {
    fn fact(self, amount: i64, at: Timestamp, fact: fn(Box<InvoiceFact>) -> Fact) -> Result<Fact, Unreadable> {
        let details = self.parent.and_then(|parent| parent.subscription_details).or(self.subscription_details);
        let (subscription, metadata) = details.map_or((None, None), |d| (d.subscription, d.metadata));
        let Some(subscription) = subscription.or(self.subscription) else {
            return Ok(Fact::Ignored { reason: "an invoice without a subscription is not ours" });
        };
        let has_more_lines = self.lines.as_ref().is_some_and(|lines| lines.has_more);
        let lines = self.lines.map(|lines| lines.data).unwrap_or_default();
        let embedded = lines.iter().map(Line::fact).collect();
        let line = newest(lines);
        let metadata = metadata.as_ref().and_then(Metadata::champion);
        Ok(fact(Box::new(InvoiceFact {
            invoice: InvoiceId::parse(self.id)?,
            subscription: subscription.parse(SubscriptionId::parse)?,
            billing_reason: billing_reason(self.billing_reason.as_deref()),
            payment_intent: self.payment_intent.map(|id| id.parse(PaymentIntentId::parse)).transpose()?,
            customer: self.customer.and_then(|id| id.parse(CustomerId::parse).ok()),
            email: self.customer_email.and_then(|text| Email::parse(&text).ok()),
            amount: Money::new(amount, Currency::parse(&self.currency)?),
            period: line.as_ref().filter(|line| !line.is_proration()).and_then(Line::period),
            price: line.as_ref().and_then(Line::price).and_then(|id| PriceId::parse(id).ok()),
            lines: embedded,
            has_more_lines,
            page: self.hosted_invoice_url,
            is_trial: self.subtotal == Some(0),
            // Before API version 2023-08-16, only an invoice's lines have the subscription's metadata.
            metadata: metadata.or_else(|| line.as_ref().and_then(Line::champion)),
            at,
        })))
    }
}

fn billing_reason(reason: Option<&str>) -> BillingReason {
    match reason {
        Some("subscription_create") => BillingReason::SubscriptionCreate,
        Some("subscription_cycle") => BillingReason::SubscriptionCycle,
        Some("subscription_update") => BillingReason::SubscriptionUpdate,
        _ => BillingReason::Other,
    }
}
