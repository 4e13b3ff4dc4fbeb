//! How facts of Stripe's events change a reader's support of a novel.
//!
//! The rules that make the order of arrival irrelevant:
//! - Payments only gain facts, and each fact merges commutatively; statuses, ledger and support are computed from them.
//! - The event determines a payment's record: a first invoice has the record in its metadata, every other invoice the one
//!   that is derived from its id.
//! - A subscription's state is that of the newest event; a subscription that is over stays over.
//! - An announcement depends on one payment or one event, never on other events that have arrived.

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, ChampionChange, ChampionKey, ChampionMetadata, InvoicePeriod, PaymentKind, PaymentMethod,
        PaymentRecord, Period, Subscription, Version,
        account::linked,
        announce,
        change::Change,
        entering::carried_over_at,
        invoice_lines::{self, Lines},
    },
    effect::Effect,
    ids::{PaymentIntentId, PaymentRecordId, PriceId},
    stripe::{BillingReason, InvoiceFact, PaymentFacts, PurchaseFact, StripeEvent, SubscriptionFact},
};

/// The effect of an event on a reader's support of a novel.
type ChampionEffect = Effect<ChampionChange>;

/// Returns the effect of a paid invoice: the payment and its announcement. Parked if the price of the invoice was never a
/// tier's.
#[must_use]
pub fn invoice_paid(account: ChampionAccount, fact: &InvoiceFact) -> ChampionEffect {
    let lines = invoice_lines::read(&account, fact);
    let carried_over_at = carried_over_at(&account.payments);
    match lines {
        // An invoice of the system before this one has a price of that system, and buys nothing here.
        Lines::UnknownPrice(_) if Some(fact.at) < carried_over_at => {}
        Lines::UnknownPrice(price) => return Effect::park(unknown_price(&account, fact, price)),
        Lines::Ours { .. } | Lines::Elsewhere => {}
    }
    let mut payment = of_invoice(&account, fact, &lines);
    let mut change = Change::of(account);
    payment.paid_at = Some(payment.paid_at.map_or(fact.at, |known| known.min(fact.at)));
    payment.amount = fact.amount;
    let settled = payment.is_settled_by(carried_over_at);
    let first = !settled && change.after.payment(payment.id).is_none_or(|known| known.paid_at.is_none());
    if settled {
        payment.period = payment.period.or(fact.period);
    }
    if payment.kind == PaymentKind::Renewal {
        payment.grace = payment.grace.or(Some(change.after.moment.renewal_grace));
    }
    // An invoice that was made by hand in Stripe's dashboard buys nothing unless it has a period.
    if first && (fact.billing_reason != BillingReason::Other || fact.period.is_some()) {
        change.announce(announce::paid(&change.after, &payment, fact.is_trial, fact.email.as_ref()));
    }
    change.after.put_payment(payment);
    change.after.merge_subscription(Subscription::running(fact.subscription.clone(), fact.customer.clone()));
    effect(change, fact.at)
}

/// Returns the effect of a failed attempt to pay an invoice: it is recorded and announced. Access stays as it is, since
/// Stripe tries again, or ends the subscription with another event.
#[must_use]
pub fn invoice_failed(account: ChampionAccount, fact: &InvoiceFact) -> ChampionEffect {
    let lines = invoice_lines::read(&account, fact);
    let mut payment = of_invoice(&account, fact, &lines);
    let mut change = Change::of(account);
    payment.failed_at = payment.failed_at.max(Some(fact.at));
    if payment.paid_at.is_none() {
        payment.amount = fact.amount;
    }
    change.announce(announce::invoice_failed(&change.after, &payment, fact));
    change.after.put_payment(payment);
    effect(change, fact.at)
}

/// Returns the effect of a renewal that the cardholder must confirm: it is announced. A first payment is ignored, since
/// the page on which the reader pays asks them at once.
#[must_use]
pub fn invoice_action_required(account: ChampionAccount, fact: &InvoiceFact) -> ChampionEffect {
    if fact.billing_reason == BillingReason::SubscriptionCreate {
        return Effect::ignore("the reader is asked where they pay");
    }
    let lines = invoice_lines::read(&account, fact);
    let mut payment = of_invoice(&account, fact, &lines);
    let mut change = Change::of(account);
    if payment.paid_at.is_none() {
        payment.amount = fact.amount;
    }
    change.announce(announce::action_required(&change.after, &payment, fact));
    change.after.put_payment(payment);
    effect(change, fact.at)
}

/// Returns the payment record of an invoice, a known or a new one, with everything that the event says except whether the
/// invoice was paid.
fn of_invoice(account: &ChampionAccount, fact: &InvoiceFact, lines: &Lines<'_>) -> PaymentRecord {
    let known = account.payments.iter().find(|payment| payment.invoice.as_ref() == Some(&fact.invoice));
    let mut payment = known
        .or_else(|| carried_over(account, fact))
        .or_else(|| reserved(account, fact))
        .cloned()
        .unwrap_or_else(|| from_invoice(account, fact));
    let metadata = fact.metadata.as_ref();
    payment.take_lines(lines);
    payment.tier = payment.tier.or_else(|| metadata.and_then(|metadata| metadata.tier));
    if fact.billing_reason == BillingReason::Other && payment.lines.is_none() {
        // What the invoice is for isn't known, so without a period it buys no time.
        payment.period = payment.period.or(Some(Period { start: fact.at, end: fact.at }));
    }
    payment.subscription = Some(fact.subscription.clone());
    payment.invoice = Some(fact.invoice.clone());
    payment.payment_intent = payment.payment_intent.or_else(|| fact.payment_intent.clone());
    payment.customer = payment.customer.or_else(|| fact.customer.clone());
    payment.created_at = payment.created_at.min(fact.at);
    payment
}

/// Returns the reservation that a subscription's first invoice pays: the record that its metadata name, else the open one
/// of the subscription. Invoices of renewals carry the same metadata and pay no reservation.
fn reserved<'a>(account: &'a ChampionAccount, fact: &InvoiceFact) -> Option<&'a PaymentRecord> {
    if fact.billing_reason != BillingReason::SubscriptionCreate {
        return None;
    }
    let unused = |payment: &&PaymentRecord| {
        let same = payment.subscription.as_ref().is_none_or(|subscription| *subscription == fact.subscription);
        payment.kind == PaymentKind::Subscription && payment.invoice.is_none() && same
    };
    let named = fact.metadata.as_ref().and_then(|metadata| account.payment(metadata.payment?));
    let of_subscription = || {
        account
            .payments
            .iter()
            .find(|payment| payment.subscription.as_ref() == Some(&fact.subscription) && unused(payment))
    };
    named.filter(unused).or_else(of_subscription)
}

/// Returns the record of an invoice's payment from the system before this one, which knew the payment at Stripe but not the
/// invoice.
fn carried_over<'a>(account: &'a ChampionAccount, fact: &InvoiceFact) -> Option<&'a PaymentRecord> {
    let carried_over_at = carried_over_at(&account.payments);
    let intent = fact.payment_intent.as_ref().or_else(|| linked(&account.intents, &fact.invoice))?;
    let mut settled = account.payments.iter().filter(|it| it.invoice.is_none() && it.is_settled_by(carried_over_at));
    settled.find(|it| it.payment_intent.as_ref() == Some(intent))
}

fn from_invoice(account: &ChampionAccount, fact: &InvoiceFact) -> PaymentRecord {
    let kind = match fact.billing_reason {
        BillingReason::SubscriptionCreate => PaymentKind::Subscription,
        BillingReason::SubscriptionCycle | BillingReason::Other => PaymentKind::Renewal,
        BillingReason::SubscriptionUpdate => PaymentKind::PlanChange,
    };
    let id = match kind {
        PaymentKind::Subscription => unused_id(account, fact.metadata.as_ref()),
        _ => None,
    };
    let id = id.unwrap_or_else(|| PaymentRecordId::for_invoice(&fact.invoice));
    PaymentRecord::new(id, kind, PaymentMethod::Stripe, fact.amount, fact.at)
}

fn unknown_price(account: &ChampionAccount, fact: &InvoiceFact, price: &PriceId) -> String {
    let (ChampionKey { user, novel }, invoice) = (&account.key, &fact.invoice);
    format!(
        "price {price} of invoice {invoice}, reader {user}, novel {} was never a tier's: `ops tiers remember`, then `ops parked requeue`",
        novel.get()
    )
}

/// Returns the record id that the metadata name, unless a payment has it.
fn unused_id(account: &ChampionAccount, metadata: Option<&ChampionMetadata>) -> Option<PaymentRecordId> {
    metadata?.payment.filter(|id| account.payment(*id).is_none())
}

/// Returns the effect of newly known refunds, disputes or the invoice of a payment at Stripe; `facts` is everything that is
/// known of that payment now.
#[must_use]
pub fn payment_facts(
    account: ChampionAccount,
    intent: &PaymentIntentId,
    facts: &PaymentFacts,
    at: Timestamp,
) -> ChampionEffect {
    let mut change = Change::of(account);
    change.after.put_intent(intent, facts);
    effect(change, at)
}

/// Returns the effect of a paid single purchase: the payment and its announcement.
#[must_use]
pub fn purchase_succeeded(account: ChampionAccount, fact: &PurchaseFact, at: Timestamp) -> ChampionEffect {
    let Some(mut payment) = of_purchase(&account, fact, at) else {
        return Effect::ignore("no purchase of ours");
    };
    let mut change = Change::of(account);
    let first = payment.paid_at.is_none();
    payment.paid_at = Some(payment.paid_at.map_or(at, |known| known.min(at)));
    payment.amount = fact.amount;
    if first && !payment.is_settled_by(carried_over_at(&change.after.payments)) {
        change.announce(announce::paid(&change.after, &payment, false, None));
    }
    change.after.put_payment(payment);
    effect(change, at)
}

/// Returns the effect of a refused attempt to pay a single purchase, which another attempt may follow.
#[must_use]
pub fn purchase_failed(account: ChampionAccount, fact: &PurchaseFact, at: Timestamp) -> ChampionEffect {
    match of_purchase(&account, fact, at) {
        Some(payment) => refused(account, payment, at),
        None => Effect::ignore("no purchase of ours"),
    }
}

/// Returns the effect of a refused attempt to pay if the event has no metadata: the purchase is found by its payment at
/// Stripe.
#[must_use]
pub fn payment_refused(account: ChampionAccount, intent: &PaymentIntentId, at: Timestamp) -> ChampionEffect {
    match known_purchase(&account, intent, None).filter(|payment| payment.kind == PaymentKind::Purchase).cloned() {
        Some(payment) => refused(account, PaymentRecord { payment_intent: Some(intent.clone()), ..payment }, at),
        None => Effect::ignore("no purchase of ours"),
    }
}

fn refused(account: ChampionAccount, mut payment: PaymentRecord, at: Timestamp) -> ChampionEffect {
    let mut change = Change::of(account);
    payment.failed_at = payment.failed_at.max(Some(at));
    change.announce(announce::payment_failed(&change.after, &payment, at));
    change.after.put_payment(payment);
    effect(change, at)
}

/// Returns the record of a payment at Stripe: the one with its id, or the one that its metadata name. Rows that are older
/// than the column with the id are found by the id in their description.
fn known_purchase<'a>(
    account: &'a ChampionAccount,
    intent: &PaymentIntentId,
    metadata: Option<&ChampionMetadata>,
) -> Option<&'a PaymentRecord> {
    let known = account.payments.iter().find(|payment| payment.payment_intent.as_ref() == Some(intent));
    let named = || {
        let payment = metadata.and_then(|metadata| account.payment(metadata.payment?))?;
        payment.payment_intent.is_none().then_some(payment)
    };
    known.or_else(named).or_else(|| account.payments.iter().find(|payment| payment.describes(intent)))
}

/// Returns the record of a single purchase, a known or a new one; none if the payment isn't a purchase, such as an
/// invoice's, which counts by the invoice's event.
fn of_purchase(account: &ChampionAccount, fact: &PurchaseFact, at: Timestamp) -> Option<PaymentRecord> {
    let metadata = fact.metadata.as_ref();
    let intent = &fact.payment_intent;
    let mut payment = match known_purchase(account, intent, metadata).cloned() {
        Some(payment) => payment,
        None => {
            let id = unused_id(account, Some(metadata?)).unwrap_or_else(|| PaymentRecordId::for_payment_intent(intent));
            PaymentRecord::new(id, PaymentKind::Purchase, PaymentMethod::Stripe, fact.amount, at)
        }
    };
    if payment.kind != PaymentKind::Purchase {
        return None;
    }
    payment.payment_intent = Some(intent.clone());
    payment.customer = payment.customer.or_else(|| fact.customer.clone());
    payment.tier = payment.tier.or_else(|| metadata.and_then(|metadata| metadata.tier));
    payment.purchase = payment.purchase.or_else(|| metadata.and_then(|metadata| metadata.purchase));
    payment.created_at = payment.created_at.min(at);
    Some(payment)
}

/// Returns the effect of a changed subscription: its state by the newest event, and the announcement of a cancellation.
#[must_use]
pub fn subscription_changed(account: ChampionAccount, fact: &SubscriptionFact, event: &StripeEvent) -> ChampionEffect {
    let metadata = fact.metadata.as_ref();
    let ours = fact.items.iter().find_map(|item| Some((item, account.tier_of_price(item.price.as_ref())?)));
    let tier = ours.map(|(_, tier)| tier).or_else(|| account.tier_of_price(fact.price.as_ref()));
    let period = ours.map_or_else(|| fact.items.first(), |(item, _)| Some(item)).and_then(|item| item.period);
    let told = |period| InvoicePeriod { period, tier, at: event.created };
    let news = Subscription {
        id: fact.subscription.clone(),
        customer: fact.customer.clone(),
        status: fact.status,
        cancel_at_period_end: fact.cancel_at_period_end,
        period_end: fact.period_end,
        tier: tier.or_else(|| metadata.and_then(|metadata| metadata.tier)),
        collection_paused: fact.collection_paused,
        periods: fact.latest_invoice.clone().zip(period.map(told)).into_iter().collect(),
        started: fact.status.is_live(),
        version: Some(Version { created: event.created, event: event.id.clone() }),
    };
    let mut change = Change::of(account);
    if news.status.is_live() && news.cancel_at_period_end {
        // The cancellation is announced also if a newer event is known; otherwise the order of arrival would decide what is
        // announced.
        change.announce(announce::cancelled(&change.after, &news, event.created));
    }
    let reserved = metadata.and_then(|metadata| change.after.payment(metadata.payment?));
    if let Some(payment) = reserved.filter(|payment| payment.subscription.is_none()) {
        let subscription = Some(fact.subscription.clone());
        change.after.put_payment(PaymentRecord { subscription, ..payment.clone() });
    }
    change.after.merge_subscription(news);
    effect(change, event.created)
}

fn effect(change: Change, at: Timestamp) -> ChampionEffect {
    change.finish(at).map_or_else(|| Effect::ignore("known already"), Effect::Change)
}
