//! The rules of starting a subscription, at most one for each reader and novel.
//!
//! The reservation is a pending payment record that is stored before Stripe is asked. Its id is part of Stripe's
//! idempotency key. So every request that finds the reservation gets the same subscription from Stripe: concurrent requests
//! do, and so does a retry after a crash between Stripe's answer and our commit.

use std::cmp::Ordering;

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, PaymentKind, PaymentMethod, PaymentRecord, Subscription, TierLevel, Version,
        change::{Change, Step},
    },
    ids::{InvoiceId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId},
    stripe::SubscriptionStatus,
};

/// The decision about a request to subscribe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscribeDecision {
    /// The novel has no such tier on sale, or there is no such novel.
    TierNotFound,
    /// A subscription runs and will renew.
    AlreadySubscribed,
    /// A subscription runs whose payment failed, and has to be paid first.
    PaymentPastDue,
    /// A subscription runs whose payments are paused.
    Paused,
    /// A cancelled subscription of this tier runs, and is to be resumed. Nothing is to be paid now.
    Reactivate(SubscriptionId),
    /// A cancelled subscription of a higher tier runs, and is to be resumed and to renew at the requested tier. Nothing is
    /// to be paid now.
    ReactivateLower(SubscriptionId),
    /// The subscription of this reservation is to be made, or got again, at Stripe. The reservation may be of another tier
    /// than the requested one: another subscription may begin only when it is known whether Stripe has made this one.
    Start(Box<PaymentRecord>),
    /// The subscription is made and waits for its first payment.
    Resume(SubscriptionId),
    /// Another subscription is in the way, which is unpaid or cancelled. It is to be ended at Stripe, and then the request
    /// is to be decided again. The time that was paid stays bought.
    Replace(SubscriptionId),
}

/// Decides about a request to subscribe to a tier, and stores a reservation with the id `fresh` if there is no open attempt
/// and nothing forbids it.
#[must_use]
pub fn subscribe(
    account: ChampionAccount,
    level: TierLevel,
    fresh: PaymentRecordId,
    now: Timestamp,
) -> Step<SubscribeDecision> {
    let Some(tier) = account.tier_on_sale(level) else {
        return Step::only(SubscribeDecision::TierNotFound);
    };
    if let Some(live) = account.live_subscription() {
        return Step::only(beside(live, account.tier_of(live), level));
    }
    if let Some(attempt) = account.open_attempt() {
        let decision = match &attempt.subscription {
            None => SubscribeDecision::Start(Box::new(attempt.clone())),
            Some(subscription) if attempt.tier == Some(level) => SubscribeDecision::Resume(subscription.clone()),
            Some(subscription) => SubscribeDecision::Replace(subscription.clone()),
        };
        return Step::only(decision);
    }
    let kind = PaymentKind::Subscription;
    let reservation = PaymentRecord {
        tier: Some(level),
        description: Some(format!("{}, every month, novel {}", tier.name, tier.novel)),
        customer: account.customer.clone(),
        ..PaymentRecord::new(fresh, kind, PaymentMethod::Stripe, tier.price, now)
    };
    let mut change = Change::of(account);
    change.after.put_payment(reservation.clone());
    change.step(SubscribeDecision::Start(Box::new(reservation)), now)
}

/// Returns the decision about a request for the tier `wanted` beside a live subscription of `tier`.
fn beside(live: &Subscription, tier: Option<TierLevel>, wanted: TierLevel) -> SubscribeDecision {
    use SubscriptionStatus::{PastDue, Paused, Unpaid};
    match live.status {
        PastDue | Unpaid => SubscribeDecision::PaymentPastDue,
        Paused => SubscribeDecision::Paused,
        _ if live.collection_paused => SubscribeDecision::Paused,
        _ if !live.cancel_at_period_end => SubscribeDecision::AlreadySubscribed,
        _ => match tier.map(|tier| wanted.cmp(&tier)) {
            Some(Ordering::Equal) => SubscribeDecision::Reactivate(live.id.clone()),
            Some(Ordering::Less) => SubscribeDecision::ReactivateLower(live.id.clone()),
            Some(Ordering::Greater) | None => SubscribeDecision::Replace(live.id.clone()),
        },
    }
}

/// A subscription as Stripe's API returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The subscription's state.
    pub subscription: Subscription,
    /// The subscription's first invoice.
    pub invoice: Option<InvoiceId>,
    /// The payment of the subscription's first invoice.
    pub payment_intent: Option<PaymentIntentId>,
}

/// The result of storing an object of Stripe's in its payment record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// The object at Stripe is stored in the record.
    Saved,
    /// The record is closed, gone, or has another object: this one isn't wanted.
    Unwanted,
}

/// Stores the subscription that Stripe made in its reservation; [`Attached::Unwanted`] if the reservation is closed, gone,
/// or has another one.
#[must_use]
pub fn attach(account: ChampionAccount, reservation: PaymentRecordId, made: &Made, now: Timestamp) -> Step<Attached> {
    let subscription = &made.subscription;
    let Some(payment) = account.payment(reservation).cloned() else {
        return Step::only(Attached::Unwanted);
    };
    let free = payment.subscription.is_none() && !payment.closed;
    if !free && payment.subscription.as_ref() != Some(&subscription.id) {
        return Step::only(Attached::Unwanted);
    }
    let mut change = Change::of(account);
    change.after.put_payment(PaymentRecord {
        subscription: Some(subscription.id.clone()),
        invoice: payment.invoice.or_else(|| made.invoice.clone()),
        payment_intent: payment.payment_intent.or_else(|| made.payment_intent.clone()),
        customer: subscription.customer.clone().or(payment.customer),
        ..payment
    });
    // An event that is stored already is newer than Stripe's answer when it made the subscription.
    change.after.observe_subscription(subscription.clone(), None);
    change.step(Attached::Saved, now)
}

/// Closes a payment for which Stripe made nothing and never will, so that the next request gets a new one.
#[must_use]
pub fn give_up(account: ChampionAccount, payment: PaymentRecordId, now: Timestamp) -> Step<()> {
    let unmade = |payment: &&PaymentRecord| payment.subscription.is_none() && payment.payment_intent.is_none();
    let Some(payment) = account.payment(payment).filter(unmade).cloned() else {
        return Step::only(());
    };
    let mut change = Change::of(account);
    change.after.put_payment(PaymentRecord { closed: true, ..payment });
    change.step((), now)
}

/// Stores a subscription's state from an answer of Stripe's API, and answers with the changed account. `prices` are the
/// prices of the subscription's items; the one that is or was a tier's determines the tier at which the subscription
/// renews.
#[must_use]
pub fn observe(
    account: ChampionAccount,
    subscription: &Subscription,
    prices: &[PriceId],
    now: Timestamp,
) -> Step<ChampionAccount> {
    let seen = account.version_of(&subscription.id);
    observe_since(account, subscription, prices, seen.as_ref(), now)
}

/// Stores a subscription's state as [`observe`] does, from an answer to a request that was made while `seen` was the
/// subscription's version. If another version is stored by now, the answer's state isn't: it may be older.
#[must_use]
pub fn observe_since(
    account: ChampionAccount,
    subscription: &Subscription,
    prices: &[PriceId],
    seen: Option<&Version>,
    now: Timestamp,
) -> Step<ChampionAccount> {
    let mut change = Change::of(account);
    let tier = prices.iter().find_map(|price| change.after.tier_of_price(Some(price))).or(subscription.tier);
    change.after.observe_subscription(Subscription { tier, ..subscription.clone() }, seen);
    change.step_to_account(now)
}
