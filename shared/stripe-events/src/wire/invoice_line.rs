//! What an invoice is made of.

use pledge_domain::{
    Timestamp,
    champion::{ChampionMetadata, Period},
    ids::PriceId,
    stripe::InvoiceLine,
};
use serde::Deserialize;

use crate::wire::{expandable::Expandable, lenient, metadata::Metadata};

/// The fields of a line that matter here (<https://docs.stripe.com/api/invoice-line-item/object>).
#[derive(Deserialize)]
pub struct Line {
    #[serde(default)]
    amount: i64,
    #[serde(default, deserialize_with = "lenient")]
    period: Option<Span>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
    /// Since basil.
    #[serde(default, deserialize_with = "lenient")]
    parent: Option<Parent>,
    /// Since basil.
    #[serde(default, deserialize_with = "lenient")]
    pricing: Option<Pricing>,
    /// Before basil.
    #[serde(default, deserialize_with = "lenient")]
    proration: Option<bool>,
    /// Before basil.
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

/// Depending on its type, one or the other.
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
    /// Returns whether the line is for a change within a period.
    pub fn is_proration(&self) -> bool {
        let details = self
            .parent
            .as_ref()
            .and_then(|parent| parent.subscription_item_details.as_ref().or(parent.invoice_item_details.as_ref()));
        details.map(|details| details.proration).or(self.proration).unwrap_or(false)
    }

    /// Returns the time that the line is for.
    pub fn period(&self) -> Option<Period> {
        self.period.as_ref().map(|span| Period { start: span.start, end: span.end })
    }

    /// Returns the id of the line's price.
    pub fn price(&self) -> Option<&str> {
        let details = self.pricing.as_ref().and_then(|pricing| pricing.price_details.as_ref());
        Some(details.map(|details| &details.price).or(self.price.as_ref())?.id())
    }

    /// Returns what it says of itself.
    pub fn fact(&self) -> InvoiceLine {
        InvoiceLine {
            price: self.price().and_then(|id| PriceId::parse(id).ok()),
            period: self.period(),
            is_proration: self.is_proration(),
            is_credit: self.amount < 0,
        }
    }

    /// Returns the subscription's metadata, which Stripe copies to its lines.
    pub fn champion(&self) -> Option<ChampionMetadata> {
        self.metadata.as_ref()?.champion()
    }
}

/// Returns the line that says what the invoice is for: of those that aren't prorations the one that ends last,
/// otherwise the proration that ends last; of two equal ones the one that costs more, which is the new plan and not the
/// old one's credit.
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

    /// Compares what the next renewal has after a change of plan: the new period, and the prorations of the old one.
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
