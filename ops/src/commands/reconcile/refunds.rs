//! Charges whose money went back (<https://docs.stripe.com/api/charges/list>).

use pledge_domain::{
    Timestamp,
    stripe::{Fact, StripeEvent},
};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error};

use super::{
    invoices::unreadable,
    source::{Difference, Moment, Source},
};
use crate::tables::sql;

/// The list.
pub struct Refunds;

impl Source for Refunds {
    const NAME: &'static str = "charges";
    const PATH: &'static str = "/charges";

    fn filter() -> Value {
        json!({})
    }

    /// The charge doesn't say when its money went back.
    fn moment(charge: &Value, now: Timestamp) -> Option<Moment> {
        let refunded = charge["amount_refunded"].as_i64().is_some_and(|amount| amount > 0);
        refunded.then(|| Moment { kind: "charge.refunded", at: now.unix_timestamp() })
    }

    async fn compare(client: &Client, events: &[&StripeEvent]) -> Result<Vec<Option<Difference>>, Error> {
        let mut differences = Vec::new();
        for event in events {
            let Fact::ChargeRefunded(fact) = &event.fact else {
                differences.push(unreadable(event));
                continue;
            };
            let row = client.query_one(sql!("refund"), &[&fact.payment_intent.as_str()]).await?;
            let ours = fact.preorder.is_some() || row.try_get("is_known")?;
            let stored: i64 = row.try_get("amount_refunded")?;
            let missing = fact.refunded.amount - stored;
            let difference = || Difference::missing(format!("{missing} more went back (in minor units)"));
            differences.push((ours && missing > 0).then(difference));
        }
        Ok(differences)
    }
}
