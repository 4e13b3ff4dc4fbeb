//! Thirty days, bought once: new, more of the same, or a higher tier.

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, PaymentKind, PaymentMethod, PaymentRecord, PurchaseType, TierLevel,
        change::{Change, Step},
        subscribe::Attached,
    },
    ids::{PaymentIntentId, PaymentRecordId},
};

/// What a request to buy leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseDecision {
    /// The novel has no such tier on sale, or there is no such novel.
    TierNotFound,
    /// A higher tier runs. The tier of the newest payment counts, so this purchase would take away what is paid.
    LowerTier {
        /// The tier that runs.
        current: TierLevel,
    },
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
    let running = account.ledger().entitlement.filter(|held| now < held.period.end);
    let purchase = match running.map(|held| (held.tier, level.cmp(&held.tier))) {
        None => PurchaseType::New,
        Some((_, std::cmp::Ordering::Equal)) => PurchaseType::Extend,
        Some((_, std::cmp::Ordering::Greater)) => PurchaseType::Upgrade,
        Some((current, std::cmp::Ordering::Less)) => return Step::only(PurchaseDecision::LowerTier { current }),
    };
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

/// Stripe's payment was cancelled: the next request gets a new one.
#[must_use]
pub fn close(account: ChampionAccount, payment: PaymentRecordId, now: Timestamp) -> Step<()> {
    let Some(payment) = account.payment(payment).filter(|payment| payment.paid_at.is_none()).cloned() else {
        return Step::only(());
    };
    let mut change = Change::of(account);
    change.after.put_payment(PaymentRecord { closed: true, ..payment });
    change.step((), now)
}
