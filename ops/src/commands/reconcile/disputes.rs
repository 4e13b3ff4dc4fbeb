//! Disputes, one by one (<https://docs.stripe.com/api/disputes/list>).

use pledge_domain::{Timestamp, stripe::Fact};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error};

use super::{
    invoices::unreadable,
    ownership::is_marked,
    source::{Difference, Finding, Occurrence, Source},
};
use crate::tables::sql;

/// Stripe's list of disputes.
pub struct Disputes;

impl Source for Disputes {
    const PART: &'static str = "disputes";
    const NAME: &'static str = "disputes";
    const PATH: &'static str = "/disputes";
    /// Banks decide within months (<https://docs.stripe.com/disputes/how-disputes-work>).
    const REACH: Option<time::Duration> = Some(time::Duration::days(180));

    fn filter() -> Value {
        json!({ "expand": ["data.payment_intent"] })
    }

    /// Returns the dispute's present status. A dispute doesn't say when its status changed: the time is taken as a second
    /// ago, so that whatever happens meanwhile is newer.
    fn occurrence(dispute: &Value, now: Timestamp) -> Option<Occurrence> {
        let has_moved_money = dispute["balance_transactions"].as_array().is_some_and(|all| !all.is_empty());
        let kind = if has_moved_money { "charge.dispute.funds_withdrawn" } else { "charge.dispute.updated" };
        Some(Occurrence { kind, at: now.unix_timestamp() - 1 })
    }

    async fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        deployment: &str,
    ) -> Result<Vec<Option<Difference>>, Error> {
        let mut differences = Vec::new();
        for Finding { event, object } in findings {
            let Fact::Dispute(fact) = &event.fact else {
                differences.push(unreadable(event));
                continue;
            };
            let row = client
                .query_one(sql!("payment_is_ours", "dispute"), &[&fact.dispute.as_str(), &fact.payment_intent.as_str()])
                .await?;
            let ours = row.try_get("is_known")? || is_marked(&object["payment_intent"], deployment);
            let stored: Option<&str> = row.try_get("status")?;
            let withdrawn: Option<bool> = row.try_get("funds_withdrawn")?;
            let (now, amount) = (object["status"].as_str().unwrap_or_default(), fact.amount);
            differences.push(match stored {
                _ if !ours => None,
                None => Some(Difference::missing(format!("is a dispute of {amount} that nobody knows of, {now}"))),
                Some(stored) if stored != now => Some(Difference::missing(format!("is {now}, and not {stored}"))),
                Some(_) if fact.funds_withdrawn && withdrawn == Some(false) => {
                    Some(Difference::missing(format!("took {amount}, and that isn't known")))
                }
                Some(_) => None,
            });
        }
        Ok(differences)
    }
}
