//! What changes about a reader and a novel, as statements.

use pledge_domain::{
    Timestamp,
    champion::{
        ChampionKey, ChampionWrite, Entitlement, Grant, PaymentRecord, PurchaseType, Subscription, Support, TierLevel,
    },
    ids::{CustomerId, InvoiceId, PaymentIntentId, SubscriptionId},
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::statement::{Statement, sql};

/// The statements of a write; `ledger` is its [`ledger`].
pub(crate) fn statements<'a>(write: &'a ChampionWrite, ledger: &'a str, now: Timestamp) -> Vec<Statement<'a>> {
    let key = &write.key;
    let mut statements = vec![Statement::new(sql!("ensure_reader")).text(key.user.as_str()).time(now)];
    statements.extend(write.payments.iter().map(|it| payment(key, it, now)));
    statements.extend(write.subscriptions.iter().map(|it| subscription(key, it, now)));
    statements.extend(write.support.iter().map(|it| support(key, it, now)));
    if !write.ledger.is_empty() {
        let upsert = Statement::new(sql!("upsert_ledger"));
        statements.push(upsert.text(key.user.as_str()).bigint(key.novel.get()).text(ledger).time(now));
    }
    statements
}

/// The ledger as `upsert_ledger.sql` reads it.
pub(crate) fn ledger(write: &ChampionWrite) -> String {
    Value::from_iter(write.ledger.iter().map(entry)).to_string()
}

fn entry(grant: &Grant) -> Value {
    json!({
        "payment": grant.payment,
        "kind": grant.kind.name(),
        "tier_level": grant.tier.get(),
        "days": grant.days(),
        "start_date": moment(grant.period.start),
        "end_date": moment(grant.period.end),
        "before": grant.before.map(snapshot),
        "after": grant.after.map(snapshot),
    })
}

fn snapshot(held: Entitlement) -> Value {
    json!({
        "tier_level": held.tier.get(),
        "start_date": moment(held.period.start),
        "end_date": moment(held.period.end),
    })
}

fn moment(time: Timestamp) -> Option<String> {
    time.format(&Rfc3339).ok()
}

fn payment<'a>(key: &'a ChampionKey, payment: &'a PaymentRecord, now: Timestamp) -> Statement<'a> {
    Statement::new(sql!("upsert_champion_payment"))
        .uuid(payment.id.as_uuid())
        .text(key.user.as_str())
        .bigint(key.novel.get())
        .text(payment.kind.name())
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
}

fn support<'a>(key: &'a ChampionKey, support: &'a Support, now: Timestamp) -> Statement<'a> {
    Statement::new(sql!("upsert_support"))
        .text(key.user.as_str())
        .bigint(key.novel.get())
        .int(level(support.tier))
        .time(support.period.start)
        .time(support.period.end)
        .bool(support.is_active)
        .bool(support.auto_renew)
        .bool(support.cancel_at_period_end)
        .text(support.subscription.as_ref().map(SubscriptionId::as_str))
        .text(support.customer.as_ref().map(CustomerId::as_str))
        .text(support.method.name())
        .time(now)
}

fn level(level: TierLevel) -> i32 {
    level.get().into()
}
