//! The column `invoice_periods` of `stripe_subscription`: the period of each of its invoices.

use std::collections::BTreeMap;

use pledge_domain::{
    Timestamp,
    champion::{InvoicePeriod, Period, TierLevel},
    ids::InvoiceId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Failure;

/// An element of the column's JSON array.
#[derive(Serialize, Deserialize)]
struct Entry {
    invoice: InvoiceId,
    #[serde(with = "time::serde::rfc3339")]
    start: Timestamp,
    #[serde(with = "time::serde::rfc3339")]
    end: Timestamp,
    tier_level: Option<i64>,
    #[serde(with = "time::serde::rfc3339")]
    at: Timestamp,
}

/// Returns the periods in the column.
pub(super) fn read(column: Value) -> Result<BTreeMap<InvoiceId, InvoicePeriod>, Failure> {
    let entries: Vec<Entry> = serde_json::from_value(column).map_err(|_| Failure::Corrupt("invoice_periods"))?;
    let period = |it: Entry| {
        let period = Period { start: it.start, end: it.end };
        let tier = it.tier_level.and_then(|level| TierLevel::new(level).ok());
        (it.invoice, InvoicePeriod { period, tier, at: it.at })
    };
    Ok(entries.into_iter().map(period).collect())
}

/// Returns the periods as the column's JSON.
pub(super) fn write(periods: &BTreeMap<InvoiceId, InvoicePeriod>) -> String {
    let entry = |(invoice, it): (&InvoiceId, &InvoicePeriod)| Entry {
        invoice: invoice.clone(),
        start: it.period.start,
        end: it.period.end,
        tier_level: it.tier.map(|tier| tier.get().into()),
        at: it.at,
    };
    serde_json::to_string(&periods.iter().map(entry).collect::<Vec<_>>()).unwrap_or_default()
}
