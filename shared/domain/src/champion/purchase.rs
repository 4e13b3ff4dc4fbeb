//! The rules of single purchases, which buy thirty days of a tier.

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
};

/// The decision about a request to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseDecision {
    /// The novel has no such tier on sale, or there is no such novel.
    TierNotFound,
    /// A subscription of a higher tier renews, so this purchase would wait for ever.
    LowerTier {
        /// The tier that renews.
        current: TierLevel,
    },
    /// A payment of a subscription of this tier or a higher one failed, and has to be paid first: otherwise the reader
    /// would pay twice for the same time.
    PaymentPastDue,
    /// This payment is to be made. Its id is part of Stripe's idempotency key, so that a second click doesn't charge again.
    Pay(Box<PaymentRecord>),
}

/// Decides about a request to buy 30 days of a tier, and stores a payment with the id `fresh` unless one of the same tier
/// and price waits to be paid.
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
    // A purchase without a type is from the system before this one, and its payment at Stripe isn't known.
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

/// Returns whether buying a tier at this moment begins, extends or upgrades the reader's access.
#[must_use]
pub fn purchase_type(account: &ChampionAccount, level: TierLevel, now: Timestamp) -> PurchaseType {
    let timeline = account.timeline();
    // Stripe's clock may be ahead of ours, so access that was paid just now may begin a moment from now.
    let next = || timeline.segments.iter().find(|segment| now < segment.period.start);
    match timeline.at(now).or_else(next).map(|segment| segment.tier) {
        None => PurchaseType::New,
        Some(running) if level > running => PurchaseType::Upgrade,
        Some(_) => PurchaseType::Extend,
    }
}

/// Returns the decision against a purchase of the tier `wanted` beside a subscription of `tier`; none if it is possible.
fn beside(live: &Subscription, tier: TierLevel, wanted: TierLevel) -> Option<PurchaseDecision> {
    let unpaid = live.status.is_in_arrears();
    match wanted.cmp(&tier) {
        Ordering::Less | Ordering::Equal if unpaid => Some(PurchaseDecision::PaymentPastDue),
        Ordering::Less if live.renews() => Some(PurchaseDecision::LowerTier { current: tier }),
        Ordering::Less | Ordering::Equal | Ordering::Greater => None,
    }
}

/// Returns when the access of a purchase that is paid now would begin; none if it begins at once.
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

/// Returns the purchases other than `newest` that wait to be paid at Stripe. They are to be cancelled; otherwise a reader
/// could pay one of them on an old page after they had chosen another.
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

/// Stores the id of the payment at Stripe in its record; [`Attached::Unwanted`] if the record is closed, gone, or has
/// another one.
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

/// Closes an unpaid purchase whose payment was cancelled at Stripe, so that the next request gets a new one.
#[must_use]
pub fn close(account: ChampionAccount, payment: PaymentRecordId, now: Timestamp) -> Step<()> {
    let Some(payment) = account.payment(payment).filter(|payment| payment.paid_at.is_none()).cloned() else {
        return Step::only(());
    };
    let mut change = Change::of(account);
    change.after.put_payment(PaymentRecord { closed: true, ..payment });
    change.step((), now)
}
