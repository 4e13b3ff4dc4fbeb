//! Single payments for champion support (<https://docs.stripe.com/api/payment_intents/list>).

use pledge_domain::{Timestamp, stripe::Fact};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error};

use super::{
    invoices::{carried_over, unreadable},
    source::{Difference, Finding, Occurrence, Source, time_at},
};
use crate::tables::sql;

/// Stripe's list of payments.
pub struct Purchases;

impl Source for Purchases {
    const PART: &'static str = "payments";
    const NAME: &'static str = "payments";
    const PATH: &'static str = "/payment_intents";
    /// A reader may come back to a payment that was begun, and some methods take days.
    const REACH: Option<time::Duration> = Some(time::Duration::days(45));

    fn filter() -> Value {
        json!({ "expand": ["data.latest_charge"] })
    }

    fn occurrence(intent: &Value, _now: Timestamp) -> Option<Occurrence> {
        let paid = time_at(intent, "/latest_charge/created").or_else(|| time_at(intent, "/created"))?;
        (intent["status"] == "succeeded").then_some(Occurrence { kind: "payment_intent.succeeded", at: paid })
    }

    async fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        _deployment: &str,
    ) -> Result<Vec<Option<Difference>>, Error> {
        let mut differences = Vec::new();
        for Finding { event, .. } in findings {
            let Fact::PurchaseSucceeded(fact) = &event.fact else {
                differences.push(unreadable(event));
                continue;
            };
            let row =
                client.query_one(sql!("payment_of_intent"), &[&fact.payment_intent.as_str(), &event.created]).await?;
            let ours = fact.metadata.is_some() || row.try_get("is_known")?;
            differences.push(match (ours, row.try_get("is_paid")?, row.try_get("is_carried_over")?) {
                (false, ..) | (_, true, _) => None,
                (true, false, false) => Some(Difference::missing("is paid, and nothing was granted for it")),
                (true, false, true) => Some(carried_over()),
            });
        }
        Ok(differences)
    }
}
