//! Subscriptions as Stripe has them now (<https://docs.stripe.com/api/subscriptions/list>).

use pledge_domain::{
    Timestamp,
    ids::{CustomerId, PriceId},
    stripe::{Fact, SubscriptionFact},
};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error, Row};

use super::{
    invoices::unreadable,
    source::{Difference, Finding, Occurrence, Source},
};
use crate::tables::sql;

/// Stripe's list of subscriptions.
pub struct Subscriptions;

impl Source for Subscriptions {
    const PART: &'static str = "subscriptions";
    const NAME: &'static str = "subscriptions";
    const PATH: &'static str = "/subscriptions";
    /// Stripe has no list by the last change, and an old subscription may have been cancelled today: all are looked at.
    const REACH: Option<time::Duration> = None;

    fn filter() -> Value {
        json!({ "status": "all" })
    }

    /// Returns an occurrence one second before the list was read, so that whatever happens meanwhile is newer.
    fn occurrence(_subscription: &Value, now: Timestamp) -> Option<Occurrence> {
        Some(Occurrence { kind: "customer.subscription.updated", at: now.unix_timestamp() - 1 })
    }

    async fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        _deployment: &str,
    ) -> Result<Vec<Option<Difference>>, Error> {
        let mut differences = Vec::new();
        for Finding { event, .. } in findings {
            let Fact::SubscriptionChanged(fact) = &event.fact else {
                differences.push(unreadable(event));
                continue;
            };
            let hints = event.fact.lookup().hints.unwrap_or_default();
            let customer = hints.customer.as_ref().map(CustomerId::as_str);
            let prices: Vec<_> = hints.prices.iter().map(PriceId::as_str).collect();
            let row =
                client.query_one(sql!("subscription"), &[&fact.subscription.as_str(), &customer, &prices]).await?;
            differences.push(match row.try_get::<_, Option<&str>>("status")? {
                Some(stored) => with_row(fact, stored, &row)?,
                None => unknown(fact, &row)?,
            });
        }
        Ok(differences)
    }
}

/// Returns the difference for a subscription that isn't stored: one with our mark, or one that somebody made by hand for
/// a customer or a price of ours.
fn unknown(fact: &SubscriptionFact, row: &Row) -> Result<Option<Difference>, Error> {
    let what = format!("is {}, and nobody knows of it", fact.status.name());
    Ok(match (fact.metadata.is_some() || row.try_get("may_be_ours")?, row.try_get("is_parked")?) {
        (false, _) => None,
        (true, false) => Some(Difference::missing(what)),
        (true, true) => Some(Difference::for_a_person(format!("{what}; an event about it is parked"))),
    })
}

fn with_row(fact: &SubscriptionFact, stored: &str, row: &Row) -> Result<Option<Difference>, Error> {
    let status = fact.status.name();
    if status != stored {
        return Ok(Some(Difference::missing(format!("is {status}, and not {stored}"))));
    }
    let cancelled: bool = row.try_get("cancel_at_period_end")?;
    let ends: Option<Timestamp> = row.try_get("period_end")?;
    if cancelled != fact.cancel_at_period_end || fact.period_end.is_some() && ends != fact.period_end {
        return Ok(Some(Difference::missing("ends at another time")));
    }
    let paused: bool = row.try_get("collection_paused")?;
    Ok((paused != fact.collection_paused)
        .then(|| Difference::missing(if paused { "is collected again" } else { "isn't collected any more" })))
}
