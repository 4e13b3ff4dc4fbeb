//! Reading rows of the champion tables into the domain's types.

use pledge_domain::{
    Timestamp,
    champion::{
        PaymentKind, PaymentMethod, PaymentRecord, Period, PurchaseType, Subscription, Tier, TierLevel, Version,
    },
    ids::{CustomerId, EventId, InvoiceId, NovelId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId},
    money::{Currency, Money},
    stripe::{PaymentFacts, SubscriptionStatus},
};
use tokio_postgres::Row;

use time::Duration;

use crate::{
    champion::{invoice_periods, lines},
    columns::Columns,
    error::Failure,
};

pub(super) fn tier(row: &Row) -> Result<Tier, Failure> {
    let columns = Columns(row);
    let prices: Vec<String> = columns.get("prices")?;
    Ok(Tier {
        novel: NovelId::new(columns.get("novel_id")?).map_err(|_| Failure::Corrupt("novel_id"))?,
        level: level(&columns)?.ok_or(Failure::Corrupt("tier_level"))?,
        name: columns.get("tier_name")?,
        price: money(&columns, "monthly_price")?,
        stripe_price: columns.parse_some("stripe_price_id", |text| PriceId::parse(text).ok())?,
        prices: prices
            .into_iter()
            .map(PriceId::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| Failure::Corrupt("prices"))?,
        active: columns.get("is_active")?,
    })
}

pub(super) fn payment(row: &Row) -> Result<PaymentRecord, Failure> {
    let columns = Columns(row);
    Ok(PaymentRecord {
        id: PaymentRecordId::new(columns.get("record_id")?),
        kind: columns.parse("kind", PaymentKind::parse)?,
        method: columns.parse("payment_method", |name| Some(PaymentMethod::from_name(name)))?,
        tier: level(&columns)?,
        purchase: columns.parse_some("purchase_type", PurchaseType::parse)?,
        amount: money(&columns, "amount")?,
        description: columns.get("description")?,
        subscription: columns.parse_some("stripe_subscription_id", |text| SubscriptionId::parse(text).ok())?,
        payment_intent: columns.parse_some("stripe_payment_intent_id", |text| PaymentIntentId::parse(text).ok())?,
        customer: columns.parse_some("stripe_customer_id", |text| CustomerId::parse(text).ok())?,
        invoice: columns.parse_some("stripe_invoice_id", |text| InvoiceId::parse(text).ok())?,
        price: columns.parse_some("stripe_price_id", |text| PriceId::parse(text).ok())?,
        period: period(columns.get("period_start")?, columns.get("period_end")?),
        lines: lines::read(columns.get("lines")?)?,
        grace: columns.get::<Option<i64>>("grace_seconds")?.map(Duration::seconds),
        carried_over_at: columns.get("carried_over_at")?,
        paid_at: columns.get("paid_at")?,
        failed_at: columns.get("failed_at")?,
        closed: columns.get("closed")?,
        refunded: columns.get("refunded_amount")?,
        dispute: columns.get("dispute_status")?,
        gone: None,
        created_at: columns.get("created_at")?,
    })
}

pub(super) fn subscription(row: &Row) -> Result<Subscription, Failure> {
    let columns = Columns(row);
    let created: Option<Timestamp> = columns.get("version_created")?;
    let event = columns.parse_some("version_event", |text| EventId::parse(text).ok())?;
    Ok(Subscription {
        id: columns.parse("id", |text| SubscriptionId::parse(text).ok())?,
        customer: columns.parse_some("customer_id", |text| CustomerId::parse(text).ok())?,
        status: columns.parse("status", SubscriptionStatus::parse)?,
        cancel_at_period_end: columns.get("cancel_at_period_end")?,
        period_end: columns.get("period_end")?,
        tier: level(&columns)?,
        collection_paused: columns.get("collection_paused")?,
        periods: invoice_periods::read(columns.get("invoice_periods")?)?,
        started: columns.get("started")?,
        version: created.zip(event).map(|(created, event)| Version { created, event }),
    })
}

pub(super) fn intent(row: &Row) -> Result<(PaymentIntentId, PaymentFacts), Failure> {
    let id = Columns(row).parse("payment_intent_id", |text| PaymentIntentId::parse(text).ok())?;
    Ok((id, crate::payment_facts::read(row)?))
}

fn level(columns: &Columns<'_>) -> Result<Option<TierLevel>, Failure> {
    let level: Option<i32> = columns.get("tier_level")?;
    level.map(|level| TierLevel::new(level.into()).map_err(|_| Failure::Corrupt("tier_level"))).transpose()
}

fn money(columns: &Columns<'_>, amount: &'static str) -> Result<Money, Failure> {
    let currency = columns.parse("currency", |text| Currency::parse(text).ok())?;
    Ok(Money::new(columns.get(amount)?, currency))
}

fn period(start: Option<Timestamp>, end: Option<Timestamp>) -> Option<Period> {
    start.zip(end).map(|(start, end)| Period { start, end })
}
