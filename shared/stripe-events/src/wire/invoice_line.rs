//! The lines of an invoice.

use pledge_domain::{
    Timestamp,
    champion::{ChampionMetadata, Period},
    ids::PriceId,
    stripe::InvoiceLine,
};
use serde::Deserialize;

use crate::wire::{expandable::Expandable, lenient, metadata::Metadata};

/// The fields of an invoice's line that this project reads (<https://docs.stripe.com/api/invoice-line-item/object>).
#[derive(Deserialize)]
pub struct Line {
    #[serde(default)]
    amount: i64,
    #[serde(default, deserialize_with = "lenient")]
    period: Option<Span>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
    /// A field that exists since API version 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    parent: Option<Parent>,
    /// A field that exists since API version 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    pricing: Option<Pricing>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    proration: Option<bool>,
    /// A field of API versions before 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    price: Option<Expandable>,
}

#[derive(Deserialize)]
struct Span {
    #[serde(with = "time::serde::timestamp")]
    start: Timestamp,
    #[serde(with = "time::serde::timestamp")]
    end: Timestamp,
}

/// The origin of the line: a subscription's item or an invoice item. One of the two fields is set, depending on the type.
#[derive(Deserialize)]
struct Parent {
    #[serde(default, deserialize_with = "lenient")]
    subscription_item_details: Option<ItemDetails>,
    #[serde(default, deserialize_with = "lenient")]
    invoice_item_details: Option<ItemDetails>,
}

#[derive(Deserialize)]
struct ItemDetails {
    #[serde(default)]
    proration: bool,
}

#[derive(Deserialize)]
struct Pricing {
    #[serde(default, deserialize_with = "lenient")]
    price_details: Option<PriceDetails>,
}

#[derive(Deserialize)]
struct PriceDetails {
    price: Expandable,
}

impl Line {
    /// Returns whether the line is a proration: a charge or credit for a change of plan within a period.
    pub fn is_proration(&self) -> bool {
        let details = self
            .parent
            .as_ref()
            .and_then(|parent| parent.subscription_item_details.as_ref().or(parent.invoice_item_details.as_ref()));
        details.map(|details| details.proration).or(self.proration).unwrap_or(false)
    }

    /// Returns the period that the line bills; none if the line has none.
    pub fn period(&self) -> Option<Period> {
        self.period.as_ref().map(|span| Period { start: span.start, end: span.end })
    }

    /// Returns the id of the line's price (`price_…`); none if the line has none.
    pub fn price(&self) -> Option<&str> {
        let details = self.pricing.as_ref().and_then(|pricing| pricing.price_details.as_ref());
        Some(details.map(|details| &details.price).or(self.price.as_ref())?.id())
    }

    /// Returns the line as the domain knows it.
    pub fn fact(&self) -> InvoiceLine {
        InvoiceLine {
            price: self.price().and_then(|id| PriceId::parse(id).ok()),
            period: self.period(),
            is_proration: self.is_proration(),
            is_credit: self.amount < 0,
        }
    }

    /// Returns the subscription's metadata, which Stripe copies to the lines of the subscription's invoices.
    pub fn champion(&self) -> Option<ChampionMetadata> {
        self.metadata.as_ref()?.champion()
    }
}

/// Returns the line whose period and price count as the invoice's: among the lines that aren't prorations, the one whose
/// period ends last; if all are prorations, the one whose period ends last. Of two that end together, the one with the
/// higher amount is taken, which is the charge for the new plan and not the credit for the old one.
pub fn newest(lines: Vec<Line>) -> Option<Line> {
    lines.into_iter().max_by_key(|line| (!line.is_proration(), line.period().map(|period| period.end), line.amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn newest_price(lines: Value) -> Option<String> {
        newest(serde_json::from_value(lines).unwrap())?.price().map(str::to_owned)
    }

    fn line(price: &str, end: i64, proration: bool, amount: i64) -> Value {
        json!({"price": {"id": price}, "period": {"start": 0, "end": end}, "proration": proration, "amount": amount})
    }

    /// After a change of plan, the next renewal has a line for the new period and prorations of the old one.
    #[test]
    fn a_new_period_says_more_than_a_proration_of_any_length() {
        let lines = [line("old", 99, true, -5), line("new", 50, false, 10), line("extra", 10, false, 100)];
        assert_eq!(newest_price(json!(lines)).as_deref(), Some("new"));
    }

    #[test]
    fn of_prorations_the_charge_counts_and_not_the_credit() {
        let lines = [line("new", 50, true, 10), line("old", 50, true, -5)];
        assert_eq!(newest_price(json!(lines)).as_deref(), Some("new"));
        assert_eq!(newest_price(json!([])), None);
    }
}
