//! Checkout sessions and the preorders that they pay for (<https://docs.stripe.com/api/checkout/sessions/list>).

use std::collections::HashMap;

use pledge_domain::{
    Timestamp,
    ids::PaymentIntentId,
    stripe::{CheckoutPaymentStatus, Fact, SessionFact, SessionStep, StripeEvent},
};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

use super::source::{Difference, Finding, Occurrence, Source, time_at};
use crate::tables::sql;

/// Stripe's list of Checkout sessions.
pub struct Sessions;

impl Source for Sessions {
    const PART: &'static str = "sessions";
    const NAME: &'static str = "Checkout sessions";
    const PATH: &'static str = "/checkout/sessions";
    /// A session is open for a day, and a delayed method takes up to two weeks.
    const REACH: Option<time::Duration> = Some(time::Duration::days(30));

    fn filter() -> Value {
        // The charge says when the money came, and the payment whether a delayed one failed.
        json!({ "expand": ["data.payment_intent.latest_charge"] })
    }

    fn occurrence(session: &Value, now: Timestamp) -> Option<Occurrence> {
        let created = time_at(session, "/created")?;
        let status = |pointer| session.pointer(pointer).and_then(Value::as_str);
        match (status("/status")?, status("/payment_status")?) {
            ("complete", "paid" | "no_payment_required") => {
                let paid = time_at(session, "/payment_intent/latest_charge/created");
                Some(Occurrence { kind: "checkout.session.completed", at: paid.unwrap_or(created) })
            }
            ("complete", _)
                if matches!(status("/payment_intent/status"), Some("requires_payment_method" | "canceled")) =>
            {
                Some(Occurrence { kind: "checkout.session.async_payment_failed", at: now.unix_timestamp() })
            }
            ("complete", _) => Some(Occurrence { kind: "checkout.session.completed", at: created }),
            ("expired", _) => {
                // A session that was closed early keeps the time at which it would have expired.
                let ran_out = time_at(session, "/expires_at")?.min(now.unix_timestamp());
                Some(Occurrence { kind: "checkout.session.expired", at: ran_out })
            }
            _ => None,
        }
    }

    async fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        _deployment: &str,
    ) -> Result<Vec<Option<Difference>>, Error> {
        let facts: Vec<_> = findings.iter().map(|finding| fact(&finding.event)).collect();
        let ids: Vec<_> = facts.iter().flatten().map(|fact| fact.preorder_or_rescued().as_uuid()).collect();
        let rows = client.query(sql!("preorders_of_sessions"), &[&ids]).await?;
        let rows = rows.iter().map(|row| Ok((row.try_get("id")?, row)));
        let rows = rows.collect::<Result<HashMap<Uuid, &Row>, Error>>()?;
        let compare = |fact: &SessionFact| match rows.get(&fact.preorder_or_rescued().as_uuid()) {
            Some(row) => with_preorder(fact, row),
            None => Ok(fact.step.is_paid().then(|| Difference::missing("is paid, and there is no preorder"))),
        };
        facts.into_iter().map(|fact| fact.map_or(Ok(None), compare)).collect()
    }
}

fn fact(event: &StripeEvent) -> Option<&SessionFact> {
    match &event.fact {
        Fact::Session(fact) => Some(fact),
        _ => None,
    }
}

fn with_preorder(fact: &SessionFact, row: &Row) -> Result<Option<Difference>, Error> {
    let status: &str = row.try_get("status")?;
    let session: Option<&str> = row.try_get("session_id")?;
    let state: Option<&str> = row.try_get("session_state")?;
    let is_paid: bool = row.try_get("is_paid")?;
    if fact.step.is_paid() {
        let payments: Vec<&str> = row.try_get("payments")?;
        let payment = fact.payment_intent.as_ref().map_or(fact.session.as_str(), PaymentIntentId::as_str);
        return Ok(match (payments.contains(&payment), is_paid) {
            (true, _) => None,
            (false, true) => Some(Difference::missing("is a second payment of its preorder, and nobody knows of it")),
            (false, false) => Some(Difference::missing(format!("is paid, but its preorder is {status}"))),
        });
    }
    // Only the newest session says something about the preorder.
    if is_paid || session != Some(fact.session.as_str()) || state == Some("closed") {
        return Ok(None);
    }
    let known = fact.step == SessionStep::Completed(CheckoutPaymentStatus::Unpaid) && state == Some("awaiting_payment");
    Ok((!known).then(|| Difference::missing(format!("is over without payment, but its preorder is {status}"))))
}
