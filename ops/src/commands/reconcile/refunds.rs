//! Refunds, one by one (<https://docs.stripe.com/api/refunds/list>), chosen by the time of the refund, however old the
//! payment is.

use pledge_domain::{
    Timestamp,
    stripe::{Fact, RefundStatus},
};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error};

use super::{
    invoices::unreadable,
    ownership::is_marked,
    source::{Difference, Finding, Occurrence, Source, time_at},
};
use crate::tables::sql;

/// Stripe's list of refunds.
pub struct Refunds;

impl Source for Refunds {
    const PART: &'static str = "refunds";
    const NAME: &'static str = "refunds";
    const PATH: &'static str = "/refunds";
    /// A bank may send money back weeks after it was refunded
    /// (<https://docs.stripe.com/refunds#failed-refunds>: within thirty days).
    const REACH: Option<time::Duration> = Some(time::Duration::days(45));

    fn filter() -> Value {
        json!({ "expand": ["data.payment_intent"] })
    }

    /// Returns the refund's present status. A successful refund has the time at which it was made. One that failed or was
    /// cancelled doesn't say when: the time is taken as a second ago.
    fn occurrence(refund: &Value, now: Timestamp) -> Option<Occurrence> {
        let status = refund["status"].as_str().and_then(RefundStatus::parse)?;
        let at = match status {
            RefundStatus::RequiresAction | RefundStatus::Pending | RefundStatus::Succeeded => {
                time_at(refund, "/created")?
            }
            RefundStatus::Canceled | RefundStatus::Failed => now.unix_timestamp() - 1,
        };
        Some(Occurrence { kind: "refund.updated", at })
    }

    async fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        deployment: &str,
    ) -> Result<Vec<Option<Difference>>, Error> {
        let mut differences = Vec::new();
        for Finding { event, object } in findings {
            let Fact::Refund(fact) = &event.fact else {
                differences.push(unreadable(event));
                continue;
            };
            let row = client
                .query_one(sql!("payment_is_ours", "refund"), &[&fact.refund.as_str(), &fact.payment_intent.as_str()])
                .await?;
            let ours = row.try_get("is_known")? || is_marked(&object["payment_intent"], deployment);
            let (status, amount): (Option<&str>, Option<i64>) = (row.try_get("status")?, row.try_get("amount")?);
            let (now, back) = (fact.status.name(), fact.amount);
            differences.push(match (status, amount) {
                _ if !ours => None,
                (None, _) => Some(Difference::missing(format!("is a refund of {back} that nobody knows of, {now}"))),
                (Some(stored), _) if stored != now => Some(Difference::missing(format!("is {now}, and not {stored}"))),
                (_, Some(stored)) if stored != back.amount => {
                    Some(Difference::for_a_person(format!("is a refund of {back}, stored as {stored} minor units")))
                }
                _ => None,
            });
        }
        Ok(differences)
    }
}
