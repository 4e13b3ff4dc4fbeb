//! Statements that write the changes of a reader and a novel.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey, ChampionWrite, Grant, PaymentRecord, PurchaseType, Subscription, Support, TierLevel,
        timeline::{Held, Segment},
    },
    ids::{CustomerId, InvoiceId, PaymentIntentId, PriceId, SubscriptionId},
};
use serde_json::{Value, json};
use time::{Duration, format_description::well_known::Rfc3339};

use crate::{
    champion::{invoice_periods, lines},
    statement::{Statement, sql},
};

/// The parts of a write that are sent as JSON. The statements borrow them.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    ledger: String,
    segments: String,
}

impl Documents {
    /// Returns the ledger in the form that `upsert_ledger.sql` reads, and the timeline in that of `replace_segments.sql`.
    pub(crate) fn of(write: &ChampionWrite) -> Self {
        Self {
            ledger: Value::from_iter(write.ledger.iter().map(entry)).to_string(),
            segments: Value::from_iter(write.segments.iter().map(segment)).to_string(),
        }
    }
}

/// Returns the statements of a write; `documents` must be made of it by [`Documents::of`].
pub(crate) fn statements<'a>(write: &'a ChampionWrite, documents: &'a Documents, now: Timestamp) -> Vec<Statement<'a>> {
    let key = &write.key;
    let mut statements = vec![Statement::new(sql!("ensure_reader")).text(key.user.as_str()).time(now)];
    statements.extend(write.payments.iter().map(|it| payment(key, it, now)));
    statements.extend(write.subscriptions.iter().map(|it| subscription(key, it, now)));
    statements.extend(write.support.iter().map(|it| support(key, it, now)));
    // Without a support row nothing was ever paid, so there is neither a ledger nor a timeline.
    if write.support.is_none() {
        return statements;
    }
    let of_reader = |sql| Statement::new(sql).text(key.user.as_str()).bigint(key.novel.get());
    if !write.ledger.is_empty() {
        statements.push(of_reader(sql!("upsert_ledger")).text(documents.ledger.as_str()).time(now));
    }
    statements.push(of_reader(sql!("replace_segments")).text(documents.segments.as_str()));
    statements
}

fn entry(grant: &Grant) -> Value {
    json!({
        "payment": grant.payment,
        "kind": grant.kind.name(),
        "tier_level": grant.tier.get(),
        "days": grant.days(),
        "start_date": grant.period.and_then(|period| moment(period.start)),
        "end_date": grant.period.and_then(|period| moment(period.end)),
        "before": grant.before.map(snapshot),
        "after": grant.after.map(snapshot),
    })
}

fn snapshot(held: Held) -> Value {
    json!({
        "tier_level": held.tier.get(),
        "start_date": moment(held.since),
        "end_date": moment(held.until),
    })
}

fn segment((segment, tier_until): &(Segment, Timestamp)) -> Value {
    json!({
        "start_at": moment(segment.period.start),
        "end_at": moment(segment.period.end),
        "tier_level": segment.tier.get(),
        "tier_until": moment(*tier_until),
        "payment": segment.payment,
    })
}

fn moment(time: Timestamp) -> Option<String> {
    time.format(&Rfc3339).ok()
}

/// Returns the statement that writes one payment of a reader for a novel.
pub(crate) fn payment<'a>(key: &'a ChampionKey, payment: &'a PaymentRecord, now: Timestamp) -> Statement<'a> {
    Statement::new(sql!("upsert_champion_payment"))
        .uuid(payment.id.as_uuid())
        .text(key.user.as_str())
        .bigint(key.novel.get())
        // A carried-over payment is stored without a kind, so that code from before the timeline doesn't count it.
        .text(Some(payment.kind.name()).filter(|_| payment.carried_over_at.is_none()))
        .text(payment.method.name())
        .int(payment.tier.map(level))
        .text(payment.purchase.map(PurchaseType::name))
        .bigint(payment.amount.amount)
        .text(payment.amount.currency.as_str())
        .text(payment.description.as_deref())
        .text(payment.subscription.as_ref().map(SubscriptionId::as_str))
        .text(payment.payment_intent.as_ref().map(PaymentIntentId::as_str))
        .text(payment.customer.as_ref().map(CustomerId::as_str))
        .text(payment.invoice.as_ref().map(InvoiceId::as_str))
        .time(payment.period.map(|period| period.start))
        .time(payment.period.map(|period| period.end))
        .time(payment.paid_at)
        .time(payment.failed_at)
        .bool(payment.closed)
        .bigint(payment.refunded)
        .text(payment.dispute.as_deref())
        .text(payment.status().name())
        .time(payment.created_at)
        .time(now)
        .text(payment.price.as_ref().map(PriceId::as_str))
        .string(payment.lines.as_deref().map(lines::write))
        .bigint(payment.grace.map(Duration::whole_seconds))
        .time(payment.carried_over_at)
}

fn subscription<'a>(key: &'a ChampionKey, it: &'a Subscription, now: Timestamp) -> Statement<'a> {
    Statement::new(sql!("upsert_stripe_subscription"))
        .text(it.id.as_str())
        .text(key.user.as_str())
        .bigint(key.novel.get())
        .text(it.customer.as_ref().map(CustomerId::as_str))
        .text(it.status.name())
        .bool(it.cancel_at_period_end)
        .time(it.period_end)
        .int(it.tier.map(level))
        .bool(it.started)
        .time(it.version.as_ref().map(|version| version.created))
        .text(it.version.as_ref().map(|version| version.event.as_str()))
        .time(now)
        .bool(it.collection_paused)
        .string(Some(invoice_periods::write(&it.periods)))
}

fn support<'a>(key: &'a ChampionKey, support: &'a Support, now: Timestamp) -> Statement<'a> {
    Statement::new(sql!("upsert_support"))
        .text(key.user.as_str())
        .bigint(key.novel.get())
        .int(support.tier.map_or(0, level))
        .time(support.period.start)
        .time(support.period.end)
        .bool(support.is_active)
        .bool(support.auto_renew)
        .bool(support.cancel_at_period_end)
        .text(support.subscription.as_ref().map(SubscriptionId::as_str))
        .text(support.customer.as_ref().map(CustomerId::as_str))
        .text(support.method.name())
        .time(now)
        .time(support.tier_until)
        .time(support.grace.map(|grace| grace.period.start))
        .time(support.grace.map(|grace| grace.period.end))
        .int(support.grace.map(|grace| level(grace.tier)))
        .time(support.next_change_at)
        .time(support.ends_announced_until)
}

fn level(level: TierLevel) -> i32 {
    level.get().into()
}
