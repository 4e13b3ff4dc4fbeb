//! The champion tables, as other systems read them.

use pledge_domain::{
    champion::{ChampionKey, PaymentMethod, PaymentRecord, Period, Support, TierLevel, timeline::Grace},
    ids::{CustomerId, PaymentIntentId, SubscriptionId},
};
use pledge_testkit::contract::LedgerRow;
use tokio_postgres::{Client, Row};

pub async fn support(tables: &Client, key: &ChampionKey) -> Option<Support> {
    let sql = "select * from user_champion_subscription where user_id = $1 and novel_id = $2";
    let row = tables.query_opt(sql, &[&key.user.as_str(), &key.novel.get()]).await.unwrap()?;
    Some(Support {
        tier: TierLevel::new(row.get::<_, i32>("tier_level").into()).ok(),
        tier_until: row.get("tier_until"),
        period: Period { start: row.get("start_date"), end: row.get("end_date") },
        grace: grace(&row),
        is_active: row.get("is_active"),
        auto_renew: row.get("auto_renew"),
        cancel_at_period_end: row.get("cancel_at_period_end"),
        subscription: id(&row, "stripe_subscription_id").map(|id| SubscriptionId::parse(id).unwrap()),
        customer: id(&row, "stripe_customer_id").map(|id| CustomerId::parse(id).unwrap()),
        method: PaymentMethod::from_name(row.get("payment_method")),
        next_change_at: row.get("next_change_at"),
        ends_announced_until: row.get("ends_announced_until"),
    })
}

fn grace(row: &Row) -> Option<Grace> {
    let tier = TierLevel::new(row.get::<_, Option<i32>>("grace_tier")?.into()).unwrap();
    Some(Grace { tier, period: Period { start: row.get("grace_from"), end: row.get("grace_until") } })
}

pub async fn ledger(tables: &Client, key: &ChampionKey) -> Vec<LedgerRow> {
    let sql = "select * from user_champion_subscription_record where user_id = $1 and novel_id = $2
        order by start_date, end_date, id";
    let rows = tables.query(sql, &[&key.user.as_str(), &key.novel.get()]).await.unwrap();
    let read = |row: &Row| LedgerRow {
        kind: row.get("subscription_type"),
        tier: row.get("tier_level"),
        days: row.get("subscription_duration_days"),
        payment_status: row.get("payment_status"),
        subscription: id(row, "stripe_subscription_id").map(|id| SubscriptionId::parse(id).unwrap()),
        payment_intent: id(row, "stripe_payment_intent_id").map(|id| PaymentIntentId::parse(id).unwrap()),
        customer: id(row, "stripe_customer_id").map(|id| CustomerId::parse(id).unwrap()),
        extends: row.get::<_, Option<serde_json::Value>>("before_membership_snapshot").is_some(),
    };
    rows.iter().map(read).collect()
}

/// Writes a row as the system before this one would have written it, with the columns that migrations have filled.
pub async fn put(tables: &Client, key: &ChampionKey, payment: &PaymentRecord) {
    let sql = "insert into payment_record (
            record_id, user_id, novel_id, type, kind, tier_level, amount, payment_method, status, description,
            period_start, period_end, paid_at, created_at
        ) values ($1, $2, $3, 'champion', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let period = payment.period;
    tables
        .execute(
            sql,
            &[
                &payment.id.as_uuid(),
                &key.user.as_str(),
                &key.novel.get(),
                &payment.kind.name(),
                &payment.tier.map(|tier| i32::from(tier.get())),
                &payment.amount.amount,
                &payment.method.name(),
                &payment.status().name(),
                &payment.description,
                &period.map(|period| period.start),
                &period.map(|period| period.end),
                &payment.paid_at,
                &payment.created_at,
            ],
        )
        .await
        .unwrap();
}

fn id(row: &Row, column: &str) -> Option<String> {
    row.get(column)
}
