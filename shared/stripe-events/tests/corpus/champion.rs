//! The facts that the fixtures of champion subscriptions and purchases must decode to.

use pledge_domain::{
    Timestamp,
    champion::{ChampionKey, ChampionMetadata, Period, PurchaseType, TierLevel},
    email::Email,
    ids::{CustomerId, InvoiceId, NovelId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId, UserId},
    money::{Currency, Money},
    stripe::{
        BillingReason, Fact, InvoiceFact, InvoiceLine, InvoicePaymentFact, PaymentFailedFact, PurchaseFact,
        SubscriptionFact, SubscriptionItem, SubscriptionStatus,
    },
};

use crate::ignored;

/// The starts and ends of the first two periods, and the moment in the first one at which the reader upgraded.
const START: i64 = 1_751_990_400;
const UPGRADE: i64 = 1_752_854_400;
const RENEWAL: i64 = 1_754_668_800;
const END: i64 = 1_757_347_200;

/// Returns the names of fixtures, each with the fact that it must decode to in this shape.
pub fn expectations(shape: &str) -> Vec<(&'static str, Fact)> {
    let since = shape == "since-basil";
    let invoice = |invoice| if since { invoice } else { InvoiceFact { payment_intent: Some(intent()), ..invoice } };
    let paid = |fact| Fact::InvoicePaid(Box::new(invoice(fact)));
    let changed = |fact| Fact::SubscriptionChanged(Box::new(fact));
    vec![
        ("invoice.paid", paid(first())),
        ("invoice.payment_succeeded", paid(first())),
        ("invoice.paid.renewal", paid(InvoiceFact { at: at(RENEWAL + 7), ..renewal() })),
        ("invoice.paid.upgrade", paid(upgrade())),
        ("invoice.paid.foreign", ignored("an invoice without a subscription is not ours")),
        ("invoice.payment_failed", Fact::InvoiceFailed(Box::new(invoice(renewal())))),
        ("invoice.payment_action_required", Fact::InvoiceActionRequired(Box::new(invoice(renewal())))),
        ("invoice_payment.paid", Fact::InvoicePaymentLinked(linked())),
        ("invoice_payment.paid.out_of_band", ignored("an invoice that was paid without a PaymentIntent")),
        ("customer.subscription.created", changed(subscription(SubscriptionStatus::Incomplete))),
        ("customer.subscription.updated", changed(subscription(SubscriptionStatus::Active))),
        (
            "customer.subscription.updated.cancels_at_period_end",
            changed(SubscriptionFact { cancel_at_period_end: true, ..subscription(SubscriptionStatus::Active) }),
        ),
        (
            "customer.subscription.updated.cancels_at_a_date",
            changed(SubscriptionFact {
                cancel_at_period_end: true,
                period_end: Some(at(START + 86_400)),
                ..subscription(SubscriptionStatus::PastDue)
            }),
        ),
        // It renews until then.
        (
            "customer.subscription.updated.cancels_three_periods_ahead",
            changed(subscription(SubscriptionStatus::Active)),
        ),
        (
            "customer.subscription.deleted",
            changed(SubscriptionFact { cancel_at_period_end: true, ..subscription(SubscriptionStatus::Canceled) }),
        ),
        ("payment_intent.succeeded.purchase", Fact::PurchaseSucceeded(Box::new(purchase()))),
        ("payment_intent.payment_failed.purchase", Fact::PurchaseFailed(Box::new(purchase()))),
        (
            "payment_intent.succeeded.invoice",
            Fact::PurchaseSucceeded(Box::new(PurchaseFact { amount: usd(1_000), metadata: None, ..purchase() })),
        ),
        (
            "payment_intent.payment_failed.invoice",
            Fact::PaymentFailed(PaymentFailedFact { payment_intent: intent(), preorder: None, attempt: None }),
        ),
    ]
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_timestamp(seconds).unwrap()
}

fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

fn intent() -> PaymentIntentId {
    PaymentIntentId::parse("pi_3RkR0rBxq7Zf9aTe0Champ1").unwrap()
}

fn customer() -> Option<CustomerId> {
    Some(CustomerId::parse("cus_SfRr1aBxq7Zf").unwrap())
}

fn subscription_id() -> SubscriptionId {
    SubscriptionId::parse("sub_1RkR0pBxq7Zf9aTeReader42").unwrap()
}

fn ten_dollars_a_month() -> Option<PriceId> {
    Some(PriceId::parse("price_1RjY4kBxq7Zf9aTeMonth010").unwrap())
}

fn metadata() -> ChampionMetadata {
    let user = UserId::parse("kZ8sPq3vTfXyR1mNcD5wGh2LbE72").unwrap();
    ChampionMetadata {
        champion: ChampionKey { user, novel: NovelId::new(42).unwrap() },
        tier: Some(TierLevel::new(4).unwrap()),
        payment: Some(PaymentRecordId::parse("5d0f6a1b-9a3c-4e57-8f21-7b6c5d4e3f2a").unwrap()),
        purchase: None,
    }
}

/// Returns the fact of the first invoice, without the payment, as it is since API version "basil".
fn first() -> InvoiceFact {
    InvoiceFact {
        invoice: InvoiceId::parse("in_1RkR0qBxq7Zf9aTeFirst001").unwrap(),
        subscription: subscription_id(),
        billing_reason: BillingReason::SubscriptionCreate,
        payment_intent: None,
        customer: customer(),
        email: Some(Email::parse("reader@example.com").unwrap()),
        amount: usd(1_000),
        period: Some(Period { start: at(START), end: at(RENEWAL) }),
        price: ten_dollars_a_month(),
        lines: vec![line(ten_dollars_a_month(), START, RENEWAL)],
        has_more_lines: false,
        is_trial: false,
        page: Some("https://invoice.stripe.com/i/acct_1/test_x".to_owned()),
        metadata: Some(metadata()),
        at: at(START + 7),
    }
}

/// Returns the fact of the second invoice, whose payment was refused.
fn renewal() -> InvoiceFact {
    InvoiceFact {
        invoice: InvoiceId::parse("in_1RvR0qBxq7Zf9aTeSecond02").unwrap(),
        billing_reason: BillingReason::SubscriptionCycle,
        period: Some(Period { start: at(RENEWAL), end: at(END) }),
        lines: vec![line(ten_dollars_a_month(), RENEWAL, END)],
        at: at(RENEWAL + 3_605),
        ..first()
    }
}

fn line(price: Option<PriceId>, start: i64, end: i64) -> InvoiceLine {
    InvoiceLine {
        price,
        period: Some(Period { start: at(start), end: at(end) }),
        is_proration: false,
        is_credit: false,
    }
}

/// Returns the fact of the invoice for an upgrade, which credits the rest of the period at the old price and charges it at
/// the new one.
fn upgrade() -> InvoiceFact {
    let five_dollars_a_month = PriceId::parse("price_1RjY4kBxq7Zf9aTeMonth005").ok();
    let proration = |line| InvoiceLine { is_proration: true, ..line };
    InvoiceFact {
        invoice: InvoiceId::parse("in_1RoR0qBxq7Zf9aTeUpgrade3").unwrap(),
        billing_reason: BillingReason::SubscriptionUpdate,
        amount: usd(334),
        period: None,
        lines: vec![
            proration(InvoiceLine { is_credit: true, ..line(five_dollars_a_month, UPGRADE, RENEWAL) }),
            proration(line(ten_dollars_a_month(), UPGRADE, RENEWAL)),
        ],
        at: at(UPGRADE + 7),
        ..first()
    }
}

fn linked() -> InvoicePaymentFact {
    InvoicePaymentFact { invoice: first().invoice, payment_intent: intent() }
}

fn subscription(status: SubscriptionStatus) -> SubscriptionFact {
    SubscriptionFact {
        subscription: subscription_id(),
        customer: customer(),
        status,
        cancel_at_period_end: false,
        period_end: Some(at(RENEWAL)),
        price: ten_dollars_a_month(),
        items: vec![SubscriptionItem {
            price: ten_dollars_a_month(),
            period: Some(Period { start: at(START), end: at(RENEWAL) }),
        }],
        collection_paused: false,
        latest_invoice: Some(first().invoice),
        metadata: Some(metadata()),
    }
}

fn purchase() -> PurchaseFact {
    let metadata = ChampionMetadata {
        tier: Some(TierLevel::new(6).unwrap()),
        payment: Some(PaymentRecordId::parse("9b2c7d1e-0f4a-4c68-b1d2-3e4f5a6b7c8d").unwrap()),
        purchase: Some(PurchaseType::Upgrade),
        ..metadata()
    };
    PurchaseFact { payment_intent: intent(), amount: usd(2_000), customer: customer(), metadata: Some(metadata) }
}
