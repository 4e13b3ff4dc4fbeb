//! A reader's support of a novel, and Stripe's events about it: one subscription, `sub_a`, in US dollars.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey, ChampionMetadata, PaymentKind, PaymentMethod, PaymentRecord, Period, PurchaseType, Tier, TierLevel,
    },
    ids::{CustomerId, InvoiceId, NovelId, PaymentIntentId, PaymentRecordId, SubscriptionId},
    money::{Currency, Money},
    stripe::{
        BillingReason, ChargeRefundedFact, Fact, InvoiceFact, InvoicePaymentFact, PurchaseFact, StripeEvent,
        SubscriptionFact, SubscriptionStatus,
    },
};
use time::Duration;
use uuid::Uuid;

use crate::builders::{a_dispute, event, uid};

/// Returns a reader of novel 7.
#[must_use]
pub fn champion(reader: &str) -> ChampionKey {
    ChampionKey { user: uid(reader), novel: NovelId::new(7).unwrap() }
}

/// Returns a tier's level.
#[must_use]
pub fn level(level: i64) -> TierLevel {
    TierLevel::new(level).unwrap()
}

/// Returns the default tiers of novel 7.
#[must_use]
pub fn tiers() -> Vec<Tier> {
    Tier::defaults(NovelId::new(7).unwrap())
}

/// Returns the `n`th payment record of a test.
#[must_use]
pub fn payment_record_id(n: u32) -> PaymentRecordId {
    PaymentRecordId::new(Uuid::from_fields(n, 0, 0x4000, &[0x90, 0, 0, 0, 0, 0, 0, 0]))
}

/// Returns a pending single purchase of tier 2, which asks for 3 dollars.
#[must_use]
pub fn a_purchase(n: u32, at: Timestamp) -> PaymentRecord {
    let (id, kind) = (payment_record_id(n), PaymentKind::Purchase);
    let new = PaymentRecord::new(id, kind, PaymentMethod::Stripe, Money::new(300, Currency::USD), at);
    PaymentRecord { tier: Some(level(2)), ..new }
}

/// Returns the metadata that we write on Stripe's objects.
#[must_use]
pub fn metadata(key: &ChampionKey, tier: i64, payment: Option<PaymentRecordId>) -> ChampionMetadata {
    ChampionMetadata { champion: key.clone(), tier: Some(level(tier)), payment, purchase: None }
}

/// Returns an invoice of `sub_a` over 3 dollars, paid or refused at that time, for 31 days. It doesn't name its payment,
/// as since API version "basil".
#[must_use]
pub fn invoice(id: &str, reason: BillingReason, metadata: Option<ChampionMetadata>, at: Timestamp) -> InvoiceFact {
    InvoiceFact {
        invoice: InvoiceId::parse(id).unwrap(),
        subscription: SubscriptionId::parse("sub_a").unwrap(),
        billing_reason: reason,
        payment_intent: None,
        customer: Some(CustomerId::parse("cus_a").unwrap()),
        email: None,
        amount: Money::new(300, Currency::USD),
        period: Some(Period { start: at, end: at + Duration::days(31) }),
        price: None,
        lines: Vec::new(),
        has_more_lines: false,
        is_trial: false,
        page: None,
        metadata,
        at,
    }
}

/// Returns an event `invoice.paid`.
#[must_use]
pub fn invoice_paid(id: &str, fact: InvoiceFact) -> StripeEvent {
    StripeEvent { created: fact.at, ..event(id, "invoice.paid", Fact::InvoicePaid(Box::new(fact))) }
}

/// Returns an event `invoice.payment_failed`.
#[must_use]
pub fn invoice_failed(id: &str, fact: InvoiceFact) -> StripeEvent {
    StripeEvent { created: fact.at, ..event(id, "invoice.payment_failed", Fact::InvoiceFailed(Box::new(fact))) }
}

/// Returns an event `invoice_payment.paid`.
#[must_use]
pub fn invoice_linked(id: &str, invoice: &str, intent: &str) -> StripeEvent {
    let (invoice, payment_intent) = (InvoiceId::parse(invoice).unwrap(), an_intent(intent));
    event(id, "invoice_payment.paid", Fact::InvoicePaymentLinked(InvoicePaymentFact { invoice, payment_intent }))
}

/// Returns an event `customer.subscription.updated`, about `sub_a`.
#[must_use]
pub fn subscription_changed(
    id: &str,
    status: SubscriptionStatus,
    cancelling: bool,
    metadata: Option<ChampionMetadata>,
    at: Timestamp,
) -> StripeEvent {
    let fact = SubscriptionFact {
        subscription: SubscriptionId::parse("sub_a").unwrap(),
        customer: Some(CustomerId::parse("cus_a").unwrap()),
        status,
        cancel_at_period_end: cancelling,
        period_end: Some(at + Duration::days(31)),
        price: None,
        items: Vec::new(),
        collection_paused: false,
        latest_invoice: None,
        metadata,
    };
    let fact = Fact::SubscriptionChanged(Box::new(fact));
    StripeEvent { created: at, ..event(id, "customer.subscription.updated", fact) }
}

/// Returns an event `payment_intent.succeeded` of a single purchase of tier 2, of 3 dollars.
#[must_use]
pub fn purchase_paid(id: &str, intent: &str, metadata: Option<ChampionMetadata>, at: Timestamp) -> StripeEvent {
    let purchase = Some(PurchaseType::Extend);
    let fact = PurchaseFact {
        payment_intent: an_intent(intent),
        amount: Money::new(300, Currency::USD),
        customer: None,
        metadata: metadata.map(|metadata| ChampionMetadata { purchase, ..metadata }),
    };
    StripeEvent { created: at, ..event(id, "payment_intent.succeeded", Fact::PurchaseSucceeded(Box::new(fact))) }
}

/// Returns an event `charge.refunded` with a sum in cents.
#[must_use]
pub fn intent_refunded(id: &str, intent: &str, amount: i64) -> StripeEvent {
    let refunded = Money::new(amount, Currency::USD);
    let fact = ChargeRefundedFact { payment_intent: an_intent(intent), preorder: None, refunded };
    event(id, "charge.refunded", Fact::ChargeRefunded(fact))
}

/// Returns an event `charge.dispute.*`.
#[must_use]
pub fn intent_disputed(id: &str, intent: &str, status: &str) -> StripeEvent {
    event(
        id,
        "charge.dispute.updated",
        Fact::Dispute(a_dispute(&intent.replacen("pi_", "dp_", 1), an_intent(intent), status)),
    )
}

/// Returns a Stripe payment.
#[must_use]
pub fn an_intent(id: &str) -> PaymentIntentId {
    PaymentIntentId::parse(id).unwrap()
}
