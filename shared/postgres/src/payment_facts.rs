//! Reading and writing the refunds, disputes and invoice of payments at Stripe, as columns and JSON.

use std::collections::BTreeMap;

use pledge_domain::{
    Timestamp,
    ids::{DisputeId, InvoiceId, PaymentIntentId, RefundId},
    stripe::{Dispute, DisputeStatus, PaymentFacts, Refund, RefundStatus, RefundedSum, StatusHistory},
};
use serde_json::{Value, json};
use tokio_postgres::Row;

use crate::{
    columns::Columns,
    error::Failure,
    statement::{Statement, sql},
};

/// Reads a row of `stripe_payment.sql` or `champion_intents.sql`.
pub(crate) fn read(row: &Row) -> Result<PaymentFacts, Failure> {
    let columns = Columns(row);
    let sum = RefundedSum { amount: columns.get("amount_refunded")?, at: columns.get("amount_refunded_at")? };
    let status: Option<String> = columns.get("dispute_status")?;
    let status_at = columns.get("dispute_status_at")?;
    let disputes: BTreeMap<_, _> = rows(&columns, "disputes", dispute)?;
    Ok(PaymentFacts {
        invoice: columns.parse_some("invoice_id", |text| InvoiceId::parse(text).ok())?,
        refunded_sum: Some(sum).filter(|sum| sum.amount > 0),
        refunds: rows(&columns, "refunds", refund)?,
        unnamed_dispute: status
            .filter(|_| disputes.is_empty())
            .map(|name| (status_at, DisputeStatus::from_name(&name))),
        disputes,
    })
}

/// Returns the statement that stores a payment's refunds, disputes and invoice.
pub(crate) fn write<'a>(intent: &'a PaymentIntentId, facts: &'a PaymentFacts, now: Timestamp) -> Statement<'a> {
    let refunds = facts.refunds.iter().map(|(id, it)| {
        let history = history_document(&it.history, |status| status.name().to_owned());
        json!({ "id": id, "amount": it.amount, "created": it.created.unix_timestamp(), "history": history })
    });
    let disputes = facts.disputes.iter().map(|(id, it)| {
        json!({
            "id": id,
            "amount": it.amount,
            "evidence_due": it.evidence_due.map(Timestamp::unix_timestamp),
            "funds_withdrawn": it.funds_withdrawn,
            "history": history_document(&it.history, |status| status.name().to_owned()),
        })
    });
    Statement::new(sql!("upsert_stripe_payment"))
        .text(intent.as_str())
        .text(facts.invoice.as_ref().map(InvoiceId::as_str))
        .bigint(facts.refunded_sum.map_or(0, |sum| sum.amount))
        .time(facts.refunded_sum.map(|sum| sum.at))
        .text(facts.dispute_status().map(DisputeStatus::name))
        .time(facts.unnamed_dispute.as_ref().map(|(at, _)| *at))
        .document(&Value::from_iter(refunds))
        .document(&Value::from_iter(disputes))
        .time(now)
}

/// Reads a column with a JSON array of objects, each of which has an id.
fn rows<Id: Ord, T>(
    columns: &Columns<'_>,
    column: &'static str,
    read: impl Fn(&Value) -> Option<(Id, T)>,
) -> Result<BTreeMap<Id, T>, Failure> {
    let text: Option<String> = columns.get(column)?;
    let Some(text) = text else { return Ok(BTreeMap::new()) };
    let rows: Vec<Value> = serde_json::from_str(&text).map_err(|_| Failure::Corrupt(column))?;
    rows.iter().map(read).collect::<Option<_>>().ok_or(Failure::Corrupt(column))
}

fn refund(it: &Value) -> Option<(RefundId, Refund)> {
    let id = RefundId::parse(it["id"].as_str()?).ok()?;
    let history = history(&it["history"], RefundStatus::parse)?;
    Some((id, Refund { amount: it["amount"].as_i64()?, created: moment(&it["created"])?, history }))
}

fn dispute(it: &Value) -> Option<(DisputeId, Dispute)> {
    let id = DisputeId::parse(it["id"].as_str()?).ok()?;
    let dispute = Dispute {
        amount: it["amount"].as_i64()?,
        evidence_due: moment(&it["evidence_due"]),
        funds_withdrawn: it["funds_withdrawn"].as_bool()?,
        history: history(&it["history"], |name| Some(DisputeStatus::from_name(name)))?,
    };
    Some((id, dispute))
}

fn history<Status: Ord>(value: &Value, parse: impl Fn(&str) -> Option<Status>) -> Option<StatusHistory<Status>> {
    let told = value.as_array()?.iter().map(|it| Some((moment(&it[0])?, parse(it[1].as_str()?)?)));
    told.collect::<Option<Vec<_>>>().map(StatusHistory::new)
}

fn history_document<Status: Ord>(history: &StatusHistory<Status>, name: impl Fn(&Status) -> String) -> Value {
    Value::from_iter(history.iter().map(|(at, status)| json!([at.unix_timestamp(), name(status)])))
}

/// Returns the time in a JSON number of whole seconds since 1970; none for any other value.
pub(crate) fn moment(value: &Value) -> Option<Timestamp> {
    Timestamp::from_unix_timestamp(value.as_i64()?).ok()
}
