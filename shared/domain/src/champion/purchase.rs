//! Thirty days, bought once: new, more of the same, or a higher tier.

use std::cmp::Ordering;

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, PaymentKind, PaymentMethod, PaymentRecord, PurchaseType, Subscription, TierLevel,
        change::{Change, Step},
        entering,
        payment::ONE_PURCHASE,
        subscribe::Attached,
        timeline::{self, Entry, EntryKind, Line},
    },
    ids::{PaymentIntentId, PaymentRecordId},
    stripe::SubscriptionStatus,
};

/// What a request to buy leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseDecision {
    /// The novel has no such tier on sale, or there is no such novel.
    TierNotFound,
    /// A subscription of a higher tier renews: this purchase would wait for ever.
    LowerTier {
        /// The tier that renews.
        current: TierLevel,
    },
    /// A payment of a subscription of this tier or a higher one failed: pay that, or this would be paid twice.
    PaymentPastDue,
    /// Pay this. Its id makes Stripe's idempotency key, so a second click doesn't charge a second time.
    Pay(Box<PaymentRecord>),
}

/// Decides about a request, and stores the payment if none of the same tier and price waits to be paid.
#[must_use]
pub fn purchase(
    account: ChampionAccount,
    level: TierLevel,
    fresh: PaymentRecordId,
    now: Timestamp,
) -> Step<PurchaseDecision> {
    let Some(tier) = account.tier_on_sale(level) else {
        return Step::only(PurchaseDecision::TierNotFound);
    };
    if let Some(refusal) = account.live_subscription().and_then(|live| beside(live, account.tier_of(live)?, level)) {
        return Step::only(refusal);
    }
    let purchase = purchase_type(&account, level, now);
    let waiting = account.payments.iter().filter(|payment| payment.kind == PaymentKind::Purchase && payment.is_open());
    // One without a type is from before this system, which doesn't know Stripe's object for it.
    let same = waiting
        .filter(|payment| payment.tier == Some(level) && payment.amount == tier.price && payment.purchase.is_some())
        .max_by_key(|payment| (payment.created_at, payment.id));
    if let Some(payment) = same {
        return Step::only(PurchaseDecision::Pay(Box::new(payment.clone())));
    }
    let payment = PaymentRecord {
        tier: Some(level),
        purchase: Some(purchase),
        description: Some(format!("{}, 30 days, novel {}", tier.name, tier.novel)),
        customer: account.customer.clone(),
        ..PaymentRecord::new(fresh, PaymentKind::Purchase, PaymentMethod::Stripe, tier.price, now)
    };
    let mut change = Change::of(account);
    change.after.put_payment(payment.clone());
    change.step(PurchaseDecision::Pay(Box::new(payment)), now)
}

/// Returns what buying a tier at this moment is to the reader.
#[must_use]
pub fn purchase_type(account: &ChampionAccount, level: TierLevel, now: Timestamp) -> PurchaseType {
    let timeline = account.timeline();
    // Stripe's clock may be ahead of ours: what was just paid begins a moment from now, and is there to be extended.
    let next = || timeline.segments.iter().find(|segment| now < segment.period.start);
    match timeline.at(now).or_else(next).map(|segment| segment.tier) {
        None => PurchaseType::New,
        Some(running) if level > running => PurchaseType::Upgrade,
        Some(_) => PurchaseType::Extend,
    }
}

/// Returns why nothing can be bought beside a subscription of this tier, if so.
fn beside(live: &Subscription, tier: TierLevel, wanted: TierLevel) -> Option<PurchaseDecision> {
    let unpaid = matches!(live.status, SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid);
    match wanted.cmp(&tier) {
        Ordering::Less | Ordering::Equal if unpaid => Some(PurchaseDecision::PaymentPastDue),
        Ordering::Less if live.renews() => Some(PurchaseDecision::LowerTier { current: tier }),
        Ordering::Less | Ordering::Equal | Ordering::Greater => None,
    }
}

/// Returns when a purchase that is paid now would begin; none if it begins at once.
#[must_use]
pub fn starts_at(account: &ChampionAccount, level: TierLevel, now: Timestamp) -> Option<Timestamp> {
    let id = PaymentRecordId::new(uuid::Uuid::nil());
    let mut entries = entering::entries(&account.payments);
    entries.push(Entry {
        payment: id,
        rank: String::new(),
        enters_at: now,
        subscription: None,
        kind: EntryKind::Bought,
        lines: vec![Line { tier: level, length: ONE_PURCHASE }],
        revocations: Vec::new(),
    });
    let first = timeline::fold(&entries).segments.into_iter().find(|segment| segment.payment == id)?;
    Some(first.period.start).filter(|start| now < *start)
}

/// Returns the purchases that wait to be paid at Stripe, but for this one: whoever pays one of them from an old page would
/// pay for something that they have decided against.
#[must_use]
pub fn older_open(
    account: &ChampionAccount,
    newest: Option<PaymentRecordId>,
) -> Vec<(PaymentRecordId, PaymentIntentId)> {
    let others = account
        .payments
        .iter()
        .filter(|payment| payment.kind == PaymentKind::Purchase && payment.is_open() && Some(payment.id) != newest);
    others.filter_map(|payment| Some((payment.id, payment.payment_intent.clone()?))).collect()
}

/// Stores Stripe's payment in ours.
#[must_use]
pub fn attach(
    account: ChampionAccount,
    payment: PaymentRecordId,
    intent: &PaymentIntentId,
    now: Timestamp,
) -> Step<Attached> {
    let wanted = |payment: &&PaymentRecord| match &payment.payment_intent {
        Some(known) => known == intent,
        None => !payment.closed,
    };
    let Some(payment) = account.payment(payment).filter(wanted).cloned() else {
        return Step::only(Attached::Unwanted);
    };
    let mut change = Change::of(account);
    change.after.put_payment(PaymentRecord { payment_intent: Some(intent.clone()), ..payment });
    change.step(Attached::Saved, now)
}

/// Closes a purchase whose payment was cancelled at Stripe: the next request gets a new one.
#[must_use]
pub fn close(account: ChampionAccount, payment: PaymentRecordId, now: Timestamp) -> Step<()> {
    let Some(payment) = account.payment(payment).filter(|payment| payment.paid_at.is_none()).cloned() else {
        return Step::only(());
    };
    let mut change = Change::of(account);
    change.after.put_payment(PaymentRecord { closed: true, ..payment });
    change.step((), now)
}
