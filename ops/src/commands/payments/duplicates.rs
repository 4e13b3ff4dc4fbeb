//! `ops payments duplicates` and `refund-duplicate`: preorders that were paid more than once.

use pledge_domain::{
    error_chain::ErrorChain,
    ids::{PaymentIntentId, PreorderId},
    ports::PreorderStore,
    preorder::{Payment, Preorder},
};
use serde::Deserialize;
use serde_json::json;
use stripe_client_core::IdempotencyKey;

use crate::{
    arguments::PreorderName,
    commands::preorders::find,
    console::{
        Done, Failure, Table, dry_run, line, note,
        words::{count, iso},
    },
    stripe::Call,
    tables::{Tables, sql},
    tools::Tools,
};

/// Shows every preorder that was paid more than once.
pub async fn list(tools: &Tools) -> Result<Done, Failure> {
    let database = tools.database()?;
    let rows = Tables::open(&database).await?.client().query(sql!("preorders_paid_twice"), &[]).await?;
    let mut found = 0_usize;
    for row in rows {
        if let Some(preorder) = database.find(PreorderId::new(row.try_get("preorder_id")?)).await? {
            found += usize::from(show(&preorder)? > 0);
        }
    }
    note(format_args!("Paid more than once: {}.", count(found, "preorder")));
    Ok(if found == 0 { Done::All } else { Done::SomethingLeft })
}

/// Refunds the duplicate payments of preorders at Stripe.
pub async fn refund(tools: &Tools, names: &[PreorderName], apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let stripe = tools.stripe()?;
    let (mut refunds, mut left) = (0_usize, 0);
    for name in names {
        let preorder = find(&database, name).await?;
        if show(&preorder)? == 0 {
            note(format_args!("{name}: nothing was paid twice, or it went back already"));
        }
        for (intent, _) in preorder.duplicates() {
            refunds += 1;
            if !apply {
                continue;
            }
            // A repeated call has the same key, so nothing is refunded twice.
            let key = IdempotencyKey::new(format!("ops-refund-duplicate:{intent}"))?;
            let call = Call::post("/refunds", json!({ "payment_intent": intent.as_str(), "reason": "duplicate" }));
            match stripe.create::<Refund>(&call, &key).await {
                Ok(Refund { id, status }) => line(format_args!("{intent}\trefund {id}\t{status}"))?,
                Err(error) => {
                    left += 1;
                    line(format_args!("{intent}\tnot refunded: {}", ErrorChain(&error)))?;
                }
            }
        }
    }
    if apply {
        note(format_args!("Refunded: {}. Stripe's events record it.", count(refunds - left, "payment")));
    } else {
        dry_run(format_args!("{} would be refunded at Stripe", count(refunds, "payment")));
    }
    Ok(if left == 0 { Done::All } else { Done::SomethingLeft })
}

#[derive(Deserialize)]
struct Refund {
    id: String,
    status: String,
}

/// Shows all payments of a preorder, and returns how many are duplicates.
fn show(preorder: &Preorder) -> std::io::Result<usize> {
    let duplicates: Vec<&PaymentIntentId> = preorder.duplicates().map(|(intent, _)| intent).collect();
    if duplicates.is_empty() {
        return Ok(0);
    }
    let mut table = Table::new(&["preorder", "payment", "amount", "state", "paid at"]);
    for payment in preorder.payments() {
        let id = payment.intent.as_ref().map_or("-", PaymentIntentId::as_str);
        let is_duplicate = payment.intent.as_ref().is_some_and(|intent| duplicates.contains(&intent));
        let (number, amount) = (preorder.id.number(), payment.amount.to_string());
        table.row([number.as_str(), id, &amount, state(payment, is_duplicate), &iso(payment.paid_at)]);
    }
    table.print()?;
    Ok(duplicates.len())
}

fn state(payment: &Payment, is_duplicate: bool) -> &'static str {
    match (payment.revoked, payment.disputed_since, is_duplicate) {
        (true, ..) => "went back",
        (false, Some(_), _) => "is disputed",
        (false, None, true) => "paid again",
        (false, None, false) => "pays it",
    }
}
