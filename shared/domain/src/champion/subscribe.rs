//! Starting a subscription, at most one for each reader and novel.
//!
//! The reservation is a pending payment record, stored before Stripe is asked. Its id makes Stripe's idempotency key,
//! so everybody who finds it makes, or gets, the same subscription: fifty requests at once, and the retry after a crash
//! between Stripe's answer and our commit.

use std::cmp::Ordering;

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, PaymentKind, PaymentMethod, PaymentRecord, Subscription, TierLevel,
        change::{Change, Step},
    },
    ids::{InvoiceId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId},
    stripe::SubscriptionStatus,
};

/// What a request to subscribe leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscribeDecision {
    /// The novel has no such tier on sale, or there is no such novel.
    TierNotFound,
    /// A subscription runs and will go on.
    AlreadySubscribed,
    /// A subscription runs whose payment failed: pay that first.
    PaymentPastDue,
    /// A subscription runs whose payments are paused.
    Paused,
    /// A subscription of this tier runs, but was cancelled: let it go on. Nothing is to be paid now.
    Reactivate(SubscriptionId),
    /// A subscription of a higher tier runs, but was cancelled: let it go on, at this tier from the next renewal. Nothing
    /// is to be paid now.
    ReactivateLower(SubscriptionId),
    /// Make the subscription of this reservation, or get it again. It may be of another tier than was asked for now:
    /// whether Stripe has made it must be known before anything else may begin.
    Start(Box<PaymentRecord>),
    /// The subscription is made and not paid yet: pay it.
    Resume(SubscriptionId),
    /// Another tier's subscription is in the way, unpaid or cancelled already: end it in Stripe, then ask again. What
    /// was paid stays bought.
    Replace(SubscriptionId),
}

/// Decides about a request, and stores the reservation if there is none.
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

/// Returns what a request for a tier leads to beside a subscription of another one, or of the same.
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

/// A subscription that Stripe has made, or described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The subscription as Stripe made it.
    pub subscription: Subscription,
    /// The subscription's first invoice.
    pub invoice: Option<InvoiceId>,
    /// The payment of the subscription's first invoice.
    pub payment_intent: Option<PaymentIntentId>,
}

/// What storing a subscription in its reservation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// The subscription is stored with its reservation.
    Saved,
    /// The reservation has another subscription, or was given up: this one isn't wanted.
    Unwanted,
}

/// Stores the subscription that Stripe made for a reservation.
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
    change.after.observe_subscription(subscription.clone());
    change.step(Attached::Saved, now)
}

/// Gives a payment up of which Stripe made nothing and never will: the next request gets a new one.
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

/// Stores how a subscription stands by Stripe's API, and returns the account as it is then. `prices` are those of its items;
/// the one that is or was a tier's says at which tier it renews.
#[must_use]
pub fn observe(
    account: ChampionAccount,
    subscription: &Subscription,
    prices: &[PriceId],
    now: Timestamp,
) -> Step<ChampionAccount> {
    let mut change = Change::of(account);
    let tier = prices.iter().find_map(|price| change.after.tier_of_price(Some(price))).or(subscription.tier);
    change.after.observe_subscription(Subscription { tier, ..subscription.clone() });
    change.step_to_account(now)
}
