//! Paid invoices of champion subscriptions (<https://docs.stripe.com/api/invoices/list>).

use pledge_domain::{
    Timestamp,
    stripe::{Fact, StripeEvent},
};
use pledge_stripe_api::StripeClient;
use serde_json::{Value, json};
use tokio_postgres::{Client, Error};

use super::source::{Difference, Finding, Occurrence, Source, time_at};
use crate::{console::Failure, stripe::Pages, tables::sql};

/// Stripe's list of invoices.
pub struct Invoices;

impl Source for Invoices {
    const PART: &'static str = "invoices";
    const NAME: &'static str = "invoices";
    const PATH: &'static str = "/invoices";
    /// Stripe tries to collect for up to two months, and a reader may pay an open invoice later still
    /// (<https://docs.stripe.com/billing/revenue-recovery/smart-retries>).
    const REACH: Option<time::Duration> = Some(time::Duration::days(120));

    fn filter() -> Value {
        json!({ "status": "paid" })
    }

    fn occurrence(invoice: &Value, _now: Timestamp) -> Option<Occurrence> {
        let paid = time_at(invoice, "/status_transitions/paid_at").or_else(|| time_at(invoice, "/created"))?;
        Some(Occurrence { kind: "invoice.paid", at: paid })
    }

    async fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        _deployment: &str,
    ) -> Result<Vec<Option<Difference>>, Error> {
        let mut differences = Vec::new();
        for Finding { event, .. } in findings {
            let Fact::InvoicePaid(fact) = &event.fact else {
                differences.push(unreadable(event));
                continue;
            };
            let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
                [&fact.invoice.as_str(), &fact.subscription.as_str(), &event.created];
            let row = client.query_one(sql!("payment_of_invoice"), &parameters).await?;
            let ours = fact.metadata.is_some() || row.try_get("is_known")?;
            differences.push(match (ours, row.try_get("is_paid")?, row.try_get("is_carried_over")?) {
                (false, ..) | (_, true, _) => None,
                (true, false, false) => Some(Difference::missing("is paid, and nothing was granted for it")),
                (true, false, true) => Some(carried_over()),
            });
        }
        Ok(differences)
    }

    /// Returns events about the payment of an invoice: without that link, a refund of the payment wouldn't find the
    /// invoice.
    async fn more(stripe: &StripeClient, invoice: &Value) -> Result<Vec<(Value, Occurrence)>, Failure> {
        let paid = time_at(invoice, "/status_transitions/paid_at").or_else(|| time_at(invoice, "/created"));
        let occurrence = Occurrence { kind: "invoice_payment.paid", at: paid.unwrap_or_default() };
        let filter = json!({ "invoice": invoice["id"], "status": "paid" });
        let mut pages = Pages::new(stripe, "/invoice_payments", filter);
        let mut links = Vec::new();
        while let Some(page) = pages.next().await? {
            links.extend(page.into_iter().map(|link| (link, occurrence.clone())));
        }
        Ok(links)
    }
}

/// Returns the difference for an event that matters but can't be decoded.
pub fn unreadable(event: &StripeEvent) -> Option<Difference> {
    match &event.fact {
        Fact::Malformed { reason } => Some(Difference::for_a_person(format!("can't be understood: {reason}"))),
        _ => None,
    }
}

/// Returns the difference for a payment from before its reader was carried over from an older system. What it bought is in
/// the reader's carried-over support, and granting it again would count it twice.
pub fn carried_over() -> Difference {
    Difference::for_a_person("was paid before the reader was carried over from the older system")
}
