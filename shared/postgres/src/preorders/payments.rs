//! The payments of a preorder, as JSON.

use pledge_domain::{
    Timestamp,
    ids::{PaymentIntentId, SessionId},
    money::{Currency, Money},
    preorder::{Payment, Preorder, Status},
};
use serde_json::{Value, json};

use crate::{columns::Columns, error::Failure, payment_facts::moment};

const COLUMN: &str = "payments";

/// Returns the payments in the form that `insert_preorder.sql` and `update_preorder.sql` read.
pub(crate) fn document(preorder: &Preorder) -> Value {
    let payments = preorder.payments().map(|it| {
        json!({
            "intent": it.intent,
            "session": it.session,
            "amount": it.amount.amount,
            "currency": it.amount.currency.as_str(),
            "paid_at": it.paid_at.unix_timestamp(),
            "refunded": it.refunded,
            "dispute": it.dispute,
            "disputed_since": it.disputed_since.map(Timestamp::unix_timestamp),
            "revoked": it.revoked,
            "was_revoked": it.was_revoked,
        })
    });
    Value::from_iter(payments)
}

/// Reads the payments of a row of `preorders`, the one that counts first.
pub(super) fn read(columns: &Columns<'_>) -> Result<Vec<Payment>, Failure> {
    let text: Option<String> = columns.get(COLUMN)?;
    let rows: Vec<Value> =
        text.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text)).map_err(|_| Failure::Corrupt(COLUMN))?;
    let mut payments: Vec<Payment> = rows.iter().map(payment).collect::<Option<_>>().ok_or(Failure::Corrupt(COLUMN))?;
    // Code from before payments were kept one by one stores its only payment in the preorder's own columns.
    let own = own(columns)?.filter(|own| payments.iter().all(|payment| payment.intent != own.intent));
    payments.extend(own);
    payments.sort_by_key(Payment::place);
    Ok(payments)
}

fn payment(it: &Value) -> Option<Payment> {
    let text = |name: &str| it[name].as_str().map(str::to_owned);
    Some(Payment {
        intent: text("intent").map(PaymentIntentId::parse).transpose().ok()?,
        session: text("session").map(SessionId::parse).transpose().ok()?,
        amount: Money::new(it["amount"].as_i64()?, Currency::parse(it["currency"].as_str()?).ok()?),
        paid_at: moment(&it["paid_at"])?,
        refunded: it["refunded"].as_i64()?,
        dispute: text("dispute"),
        disputed_since: moment(&it["disputed_since"]),
        revoked: it["revoked"].as_bool()?,
        was_revoked: it["was_revoked"].as_bool()?,
    })
}

/// Reads the payment in the preorder's own columns; none if there is none.
fn own(columns: &Columns<'_>) -> Result<Option<Payment>, Failure> {
    let Some(paid_at) = columns.get("paid_at")? else { return Ok(None) };
    let currency = columns.parse("currency", |text| Currency::parse(text).ok())?;
    let revoked = columns.parse("status", Status::parse)? == Status::Refunded;
    let intent = columns.parse_some("payment_intent_id", |text| PaymentIntentId::parse(text).ok())?;
    Ok(Some(Payment {
        refunded: columns.get("refunded_amount")?,
        dispute: columns.get("dispute_status")?,
        revoked,
        was_revoked: revoked,
        ..Payment::new(intent, None, Money::new(columns.get("amount")?, currency), paid_at)
    }))
}
