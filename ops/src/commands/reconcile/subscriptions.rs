//! Subscriptions as Stripe has them now (<https://docs.stripe.com/api/subscriptions/list>).

use pledge_domain::{
    Timestamp,
    stripe::{Fact, StripeEvent, SubscriptionFact},
};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error, Row};

use super::{
    invoices::unreadable,
    source::{Difference, Moment, Source},
};
use crate::tables::sql;

/// The list.
pub struct Subscriptions;

impl Source for Subscriptions {
    const NAME: &'static str = "subscriptions";
    const PATH: &'static str = "/subscriptions";

    fn filter() -> Value {
        json!({ "status": "all" })
    }

    /// A second before the list was read, so that whatever happens meanwhile is newer.
    fn moment(_subscription: &Value, now: Timestamp) -> Option<Moment> {
        Some(Moment { kind: "customer.subscription.updated", at: now.unix_timestamp() - 1 })
    }

    async fn compare(client: &Client, events: &[&StripeEvent]) -> Result<Vec<Option<Difference>>, Error> {
        let mut differences = Vec::new();
        for event in events {
            let Fact::SubscriptionChanged(fact) = &event.fact else {
                differences.push(unreadable(event));
                continue;
            };
            let row = client.query_opt(sql!("subscription"), &[&fact.subscription.as_str()]).await?;
            differences.push(match row {
                Some(row) => with_row(fact, &row)?,
                None if fact.metadata.is_none() => None,
                None => Some(Difference::missing(format!("is {}, and nobody knows of it", fact.status.name()))),
            });
        }
        Ok(differences)
    }
}

fn with_row(fact: &SubscriptionFact, row: &Row) -> Result<Option<Difference>, Error> {
    let (status, stored): (_, &str) = (fact.status.name(), row.try_get("status")?);
    if status != stored {
        return Ok(Some(Difference::missing(format!("is {status}, and not {stored}"))));
    }
    let cancelled: bool = row.try_get("cancel_at_period_end")?;
    let ends: Option<Timestamp> = row.try_get("period_end")?;
    let same = cancelled == fact.cancel_at_period_end && (fact.period_end.is_none() || ends == fact.period_end);
    Ok((!same).then(|| Difference::missing("ends at another time")))
}
