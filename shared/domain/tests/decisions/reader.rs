//! One reader and one novel in the store in memory, and events about them.

use std::collections::{BTreeMap, BTreeSet};

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionAccount, ChampionKey, ChampionMetadata, Grant, Moment, PaymentKind, PaymentMethod, PaymentRecord,
        Period, PurchaseType, Step, Support, Tier, TierLevel, roll, timeline::Segment,
    },
    email::Email,
    ids::{
        CustomerId, DisputeId, EventId, InvoiceId, NovelId, PaymentIntentId, PaymentRecordId, RefundId, SubscriptionId,
        UserId,
    },
    money::{Currency, Money},
    ports::ChampionStore,
    stripe::{
        BillingReason, ChargeRefundedFact, DisputeFact, DisputeStatus, Fact, InvoiceFact, InvoicePaymentFact,
        PaymentFacts, PurchaseFact, RefundFact, RefundStatus, StripeEvent, SubscriptionFact, SubscriptionStatus,
    },
};
use pledge_memory::{Deliver, InMemoryStore, ready};

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

/// Returns the record of a subscription that a reader asked for and Stripe hasn't answered yet.
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
        object: None,
        deployment: None,
        fact,
    }
}

/// Returns an invoice of subscription `sub_a`, at 5 dollars times the tier, as API versions since "basil" send it.
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
        lines: Vec::new(),
        has_more_lines: false,
        is_trial: false,
        page: None,
        metadata: Some(metadata(tier, Some(1))),
        at: t(at),
    }
}

pub fn link(invoice: &str, intent: &str) -> Fact {
    Fact::InvoicePaymentLinked(InvoicePaymentFact { invoice: inv(invoice), payment_intent: pi(intent) })
}

pub fn refund(intent: &str, amount: i64) -> Fact {
    Fact::ChargeRefunded(ChargeRefundedFact { payment_intent: pi(intent), preorder: None, refunded: usd(amount) })
}

/// Returns the fact of a refund that was made at `created` and has this status at `at`.
pub fn refund_is(intent: &str, amount: i64, created: i64, status: RefundStatus, at: i64) -> Fact {
    Fact::Refund(RefundFact {
        refund: RefundId::parse(format!("re_{intent}")).unwrap(),
        payment_intent: pi(intent),
        amount: usd(amount),
        created: t(created),
        status,
        failure_reason: None,
        at: t(at),
    })
}

pub fn dispute(intent: &str, status: &str) -> Fact {
    disputed(intent, status, 1)
}

/// Returns the fact of a dispute about the whole payment, which has this status at `at`.
pub fn disputed(intent: &str, status: &str, at: i64) -> Fact {
    Fact::Dispute(DisputeFact {
        dispute: DisputeId::parse(format!("dp_{intent}")).unwrap(),
        payment_intent: pi(intent),
        amount: usd(1_000_000),
        status: DisputeStatus::from_name(status),
        evidence_due: None,
        funds_withdrawn: false,
        at: t(at),
    })
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
        items: Vec::new(),
        collection_paused: false,
        latest_invoice: None,
        metadata: Some(metadata(1, Some(1))),
    }
}

pub fn changed(status: SubscriptionStatus, cancelling: bool, period_end: i64) -> Fact {
    Fact::SubscriptionChanged(Box::new(state(status, cancelling, period_end)))
}

/// A store with one reader and one novel, and a copy of its content.
#[derive(Debug)]
pub struct Reader {
    store: InMemoryStore,
    pub account: ChampionAccount,
    pub support: Option<Support>,
    pub ledger: Vec<Grant>,
    pub segments: Vec<Segment>,
    /// The present time, in seconds since [`t`]`(0)`.
    now: i64,
    /// The facts that are known about each payment at Stripe.
    pub facts: BTreeMap<PaymentIntentId, PaymentFacts>,
    /// The keys of the announcements in the outbox.
    pub keys: BTreeSet<String>,
}

impl Reader {
    pub fn new(account: ChampionAccount) -> Self {
        let store = InMemoryStore::default();
        store.put_champion(account);
        Self::of(store, 0)
    }

    /// Sets the present time to `now` seconds for everything that follows.
    pub fn at(self, now: i64) -> Self {
        Self { now, ..self }
    }

    /// Sets the present time to `now` seconds, and computes everything anew, as the roll does.
    pub fn rolled(mut self, now: i64) -> Self {
        self.now = now;
        self.step(|account| Step { answer: (), change: roll::roll(account.at(Moment::new(t(now)))) });
        self
    }

    /// Returns each segment as its tier and the seconds at which it starts and ends.
    pub fn bars(&self) -> Vec<(u8, i64, i64)> {
        let second = |moment: Timestamp| (moment - t(0)).whole_seconds();
        let bar = |it: &Segment| (it.tier.get(), second(it.period.start), second(it.period.end));
        self.segments.iter().map(bar).collect()
    }

    fn of(store: InMemoryStore, now: i64) -> Self {
        let mut account = ready(store.account(&key())).unwrap();
        account.payments.sort_by_key(|payment| payment.id);
        account.subscriptions.sort_by_key(|it| it.id.clone());
        let (support, ledger, facts) = (store.support(&key()), store.grants(&key()), store.payments());
        let keys = store.outbox().into_iter().map(|row| row.entry.key).collect();
        let segments = store.segments(&key()).into_iter().map(|(segment, _)| segment).collect();
        Self { store, account, support, ledger, segments, now, facts, keys }
    }

    /// Delivers events.
    pub fn after<'a>(self, events: impl IntoIterator<Item = &'a StripeEvent>) -> Self {
        for event in events {
            ready(self.store.deliver(event, t(self.now))).unwrap();
        }
        Self::of(self.store, self.now)
    }

    /// Takes a request's step and returns its answer.
    pub fn step<T: Send>(&mut self, step: impl Fn(ChampionAccount) -> Step<T> + Send + Sync) -> T {
        let answer = ready(self.store.step(&key(), t(self.now), step)).unwrap();
        *self = Self::of(self.store.clone(), self.now);
        answer
    }
}

impl Clone for Reader {
    fn clone(&self) -> Self {
        Self::of(self.store.copy(), self.now)
    }
}

impl PartialEq for Reader {
    fn eq(&self, other: &Self) -> bool {
        let content =
            |it: &Self| (it.account.clone(), it.support.clone(), it.ledger.clone(), it.facts.clone(), it.keys.clone());
        content(self) == content(other)
    }
}
