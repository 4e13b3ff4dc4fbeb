//! Carrying over what the system before this one showed a reader.

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, PaymentKind, PaymentMethod, PaymentRecord, Period, TierLevel,
        change::{Change, Step},
    },
    ids::PaymentRecordId,
    money::{Currency, Money},
};

/// The data of the system before this one about a reader and a novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// When the former system was stopped. Payments that were made before are settled, and later ones count here.
    pub carried_over_at: Timestamp,
    /// The access that the former system showed the reader last; none if nothing ran any more.
    pub shown: Option<Shown>,
    /// The payments that the former system recorded.
    pub payments: Vec<PaymentRecord>,
}

/// The access that a reader was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The tier that the reader was shown.
    pub tier: TierLevel,
    /// The time over which the reader was shown that tier.
    pub period: Period,
}

/// The result of carrying a reader over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarriedOver {
    /// Whether the reader was carried over for the first time. If not, what was carried over then stays as it is.
    pub first: bool,
    /// How many payments were new. They are settled: kept as history, they buy no time.
    pub payments: usize,
}

/// Carries a reader over: the access that they were shown is honoured as one payment of amount 0, and the payments from
/// before are settled, which means that they buy no time. A repeat adds payments that weren't known.
#[must_use]
pub fn carry_over(account: ChampionAccount, former: &Former, now: Timestamp) -> Step<CarriedOver> {
    let at = former.carried_over_at;
    let first = account.payments.iter().all(|payment| payment.carried_over_at.is_none());
    let is_known = |new: &PaymentRecord| {
        let same_intent =
            |known: &PaymentRecord| known.payment_intent.is_some() && known.payment_intent == new.payment_intent;
        account.payments.iter().any(|known| known.id == new.id || same_intent(known))
    };
    let settled = |payment: &&PaymentRecord| payment.paid_at.is_some_and(|paid_at| paid_at < at);
    let new: Vec<_> = former.payments.iter().filter(settled).filter(|it| !is_known(it)).cloned().collect();
    let answer = CarriedOver { first, payments: new.len() };
    let mut change = Change::of(account);
    if first {
        let shown = carried_over(&change.after, former);
        change.after.put_payment(shown);
    }
    for payment in new {
        change.after.put_payment(payment);
    }
    change.step(answer, now)
}

/// Returns the payment of amount 0 that stands for the access that a reader was shown. If nothing was shown, it has no
/// length; earlier payments are settled by it all the same.
fn carried_over(account: &ChampionAccount, former: &Former) -> PaymentRecord {
    let at = former.carried_over_at;
    let shown = former.shown.as_ref().filter(|shown| at < shown.period.end && shown.period.start < shown.period.end);
    let key = &account.key;
    // Ids of stored payments are derived from this text, so it stays.
    let id = PaymentRecordId::for_reference("taken over", &format!("{}:{}", key.user, key.novel));
    let tier = shown.map(|shown| shown.tier);
    let on_sale = account.tiers.iter().find(|it| Some(it.level) == tier);
    let currency = on_sale.map_or(Currency::USD, |tier| tier.price.currency);
    let kind = PaymentKind::CarriedOver;
    PaymentRecord {
        tier,
        description: Some("What the reader was shown by the system before this one".to_owned()),
        period: Some(shown.map_or(Period { start: at, end: at }, |shown| shown.period)),
        paid_at: Some(shown.map_or(at, |shown| shown.period.start)),
        carried_over_at: Some(at),
        ..PaymentRecord::new(id, kind, PaymentMethod::Stripe, Money::new(0, currency), at)
    }
}
