//! The least store that can be, and events to feed it: for the tests of this folder.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    Timestamp,
    decide::{Snapshot, decide},
    email::Email,
    ids::{CustomerId, EventId, InvoiceId, NovelId, PaymentIntentId, PaymentRecordId, SubscriptionId, UserId},
    money::{Currency, Money},
    stripe::{
        BillingReason, DisputeFact, Fact, InvoiceFact, InvoicePaymentFact, PaymentFacts, PurchaseFact, RefundFact,
        StripeEvent, SubscriptionFact, SubscriptionStatus,
    },
};

pub const DAY: i64 = 86_400;
/// The length of every test invoice's period, unlike that of a purchase.
pub const MONTH: i64 = 31 * DAY;

pub fn t(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + time::Duration::seconds(1_700_000_000 + seconds)
}

pub fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

pub fn level(level: i64) -> TierLevel {
    TierLevel::new(level).unwrap()
}

pub fn key() -> ChampionKey {
    ChampionKey { user: UserId::parse("uid").unwrap(), novel: NovelId::new(7).unwrap() }
}

pub fn record_id(n: u128) -> PaymentRecordId {
    PaymentRecordId::new(uuid::Uuid::from_u128(n))
}

pub fn pi(name: &str) -> PaymentIntentId {
    PaymentIntentId::parse(format!("pi_{name}")).unwrap()
}

pub fn sub(name: &str) -> SubscriptionId {
    SubscriptionId::parse(format!("sub_{name}")).unwrap()
}

pub fn inv(name: &str) -> InvoiceId {
    InvoiceId::parse(format!("in_{name}")).unwrap()
}

pub fn account() -> ChampionAccount {
    ChampionAccount {
        email: Some(Email::parse("reader@example.com").unwrap()),
        tiers: Tier::defaults(key().novel),
        ..ChampionAccount::new(key())
    }
}

/// A subscription that was asked for; Stripe hasn't answered yet.
pub fn reservation(id: u128, tier: i64) -> PaymentRecord {
    let (kind, amount) = (PaymentKind::Subscription, usd(500 * tier));
    let new = PaymentRecord::new(record_id(id), kind, PaymentMethod::Stripe, amount, t(-60));
    PaymentRecord { tier: Some(level(tier)), ..new }
}

pub fn metadata(tier: i64, payment: Option<u128>) -> ChampionMetadata {
    ChampionMetadata { champion: key(), tier: Some(level(tier)), payment: payment.map(record_id), purchase: None }
}

pub fn event(id: &str, at: i64, fact: Fact) -> StripeEvent {
    StripeEvent {
        id: EventId::parse(format!("evt_{id}")).unwrap(),
        kind: String::new(),
        api_version: None,
        created: t(at),
        livemode: false,
        fact,
    }
}

/// An invoice of subscription `sub_a`, at 5 dollars times the tier, as API versions since "basil" send it.
pub fn invoice(name: &str, reason: BillingReason, tier: i64, at: i64) -> InvoiceFact {
    InvoiceFact {
        invoice: inv(name),
        subscription: sub("a"),
        billing_reason: reason,
        payment_intent: None,
        customer: Some(CustomerId::parse("cus_1").unwrap()),
        email: None,
        amount: usd(500 * tier),
        period: Some(Period { start: t(at), end: t(at + MONTH) }),
        price: None,
        metadata: Some(metadata(tier, Some(1))),
        at: t(at),
    }
}

pub fn link(invoice: &str, intent: &str) -> Fact {
    Fact::InvoicePaymentLinked(InvoicePaymentFact { invoice: inv(invoice), payment_intent: pi(intent) })
}

pub fn refund(intent: &str, amount: i64) -> Fact {
    Fact::Refund(RefundFact { payment_intent: pi(intent), preorder: None, refunded: usd(amount) })
}

pub fn dispute(intent: &str, status: &str) -> Fact {
    Fact::Dispute(DisputeFact { payment_intent: pi(intent), status: status.into() })
}

pub fn bought(intent: &str, tier: i64, record: Option<u128>, kind: PurchaseType) -> PurchaseFact {
    PurchaseFact {
        payment_intent: pi(intent),
        amount: usd(500 * tier),
        customer: None,
        metadata: Some(ChampionMetadata { purchase: Some(kind), ..metadata(tier, record) }),
    }
}

pub fn state(status: SubscriptionStatus, cancelling: bool, period_end: i64) -> SubscriptionFact {
    SubscriptionFact {
        subscription: sub("a"),
        customer: Some(CustomerId::parse("cus_1").unwrap()),
        status,
        cancel_at_period_end: cancelling,
        period_end: Some(t(period_end)),
        price: None,
        metadata: Some(metadata(1, Some(1))),
    }
}

pub fn changed(status: SubscriptionStatus, cancelling: bool, period_end: i64) -> Fact {
    Fact::SubscriptionChanged(Box::new(state(status, cancelling, period_end)))
}

/// One reader, one novel, the payments of nobody, the keys of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    pub account: ChampionAccount,
    pub facts: BTreeMap<PaymentIntentId, PaymentFacts>,
    pub ledger: Vec<Grant>,
    pub support: Option<Support>,
    pub keys: BTreeSet<String>,
    seen: BTreeSet<EventId>,
}

impl World {
    pub fn new(account: ChampionAccount) -> Self {
        let (ledger, support) = (account.ledger().grants, account.support());
        let (facts, keys, seen) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { account, facts, ledger, support, keys, seen }
    }

    pub fn after<'a>(mut self, events: impl IntoIterator<Item = &'a StripeEvent>) -> Self {
        for event in events {
            self.deliver(event);
        }
        self.account.payments.sort_by_key(|payment| payment.id);
        self.account.subscriptions.sort_by_key(|it| it.id.clone());
        self
    }

    /// Whether the event's keys lead to the account, as the database would find out.
    fn resolves(&self, fact: &Fact) -> bool {
        let lookup = fact.lookup();
        let of_invoice = |id: &InvoiceId| self.account.payments.iter().any(|p| p.invoice.as_ref() == Some(id));
        let of_intent = |id: &PaymentIntentId| {
            self.account.payments.iter().any(|p| p.payment_intent.as_ref() == Some(id) || p.describes(id))
                || self.facts.get(id).and_then(|facts| facts.invoice.as_ref()).is_some_and(of_invoice)
        };
        let of_subscription = |id: &SubscriptionId| self.account.subscriptions.iter().any(|it| it.id == *id);
        lookup.champion.is_some()
            || lookup.subscription.is_some_and(|id| of_subscription(&id))
            || lookup.invoice.is_some_and(|id| of_invoice(&id))
            || lookup.payment_intent.is_some_and(|id| of_intent(&id))
    }

    fn deliver(&mut self, event: &StripeEvent) {
        if !self.seen.insert(event.id.clone()) {
            return;
        }
        let intent = event.fact.lookup().payment_intent;
        let snapshot = Snapshot {
            payment: intent.and_then(|id| self.facts.get(&id).cloned()).unwrap_or_default(),
            champion: self
                .resolves(&event.fact)
                .then(|| ChampionAccount { intents: self.facts.clone().into_iter().collect(), ..self.account.clone() }),
            ..Snapshot::default()
        };
        let plan = decide(snapshot, event);
        if let Some((id, facts)) = plan.payment {
            self.facts.insert(id, facts);
        }
        if let Some(write) = plan.champion {
            self.write(*write);
        }
        self.keys.extend(plan.announcements.into_iter().map(|entry| entry.key));
    }

    pub fn write(&mut self, write: ChampionWrite) {
        for payment in write.payments {
            self.account.put_payment(payment);
        }
        for subscription in write.subscriptions {
            self.account.subscriptions.retain(|known| known.id != subscription.id);
            self.account.subscriptions.push(subscription);
        }
        (self.ledger, self.support) = (write.ledger, write.support);
    }

    /// Takes a request's step; returns its answer.
    pub fn step<T>(&mut self, step: Step<T>) -> T {
        if let Some(change) = step.change {
            self.write(change.write);
            self.keys.extend(change.announcements.into_iter().map(|entry| entry.key));
        }
        step.answer
    }
}
