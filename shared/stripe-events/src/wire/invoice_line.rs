//! The lines of an invoice.

use pledge_domain::{
    Timestamp,
    champion::{ChampionMetadata, Period},
    ids::PriceId,
    stripe::InvoiceLine,
};
use serde::{Deserialize, de::IgnoredAny};

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
    proration_details: Option<ProrationDetails>,
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
    #[serde(default, deserialize_with = "lenient")]
    proration_details: Option<ProrationDetails>,
}

#[derive(Deserialize)]
struct ProrationDetails {
    /// The lines that a credit gives back; null on a charge.
    #[serde(default)]
    credited_items: Option<IgnoredAny>,
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
        self.details().map(|details| details.proration).or(self.proration).unwrap_or(false)
    }

    /// Returns whether the line gives something back. A proration gives back nothing if the unused time cost nothing, as
    /// with a coupon of 100 %; then only the lines that it credits tell it from a charge.
    fn is_credit(&self) -> bool {
        let details = self.details().and_then(|details| details.proration_details.as_ref());
        let credits = details.or(self.proration_details.as_ref()).is_some_and(|it| it.credited_items.is_some());
        self.amount < 0 || (credits && self.is_proration())
    }

    fn details(&self) -> Option<&ItemDetails> {
        let parent = self.parent.as_ref()?;
        parent.subscription_item_details.as_ref().or(parent.invoice_item_details.as_ref())
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
            is_credit: self.is_credit(),
        }
    }

    /// Returns the subscription's metadata, which Stripe copies to the lines of the subscription's invoices.
    pub fn champion(&self) -> Option<ChampionMetadata> {
        self.metadata.as_ref()?.champion()
    }
}

/// Returns the line whose period and price count as the invoice's: among the lines that aren't prorations, the one whose
/// period ends last; if all are prorations, the one whose period ends last. Of two that end together, the charge for the new
/// plan is taken and not the credit for the old one, and then the one with the higher amount.
pub fn newest(lines: Vec<Line>) -> Option<Line> {
    let end = |line: &Line| line.period().map(|period| period.end);
    lines.into_iter().max_by_key(|line| (!line.is_proration(), end(line), !line.is_credit(), line.amount))
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

    /// An upgrade in a month that a coupon of 100 % paid for gives back nothing, and must not add the old tier's days anew.
    #[test]
    fn a_credit_of_nothing_is_told_by_the_lines_that_it_credits() {
        let some = json!({"invoice": "in_1", "invoice_line_items": ["il_1"]});
        for (credited, is_credit) in [(some, true), (json!(null), false)] {
            let details = json!({"proration": true, "proration_details": {"credited_items": credited}});
            let mut before_basil = line("old", 50, true, 0);
            before_basil["proration_details"] = details["proration_details"].clone();
            let of_subscription = json!({"amount": 0, "parent": {"subscription_item_details": details}});
            let of_item = json!({"amount": 0, "parent": {"invoice_item_details": details}});
            for line in [&before_basil, &of_subscription, &of_item] {
                let read: Line = serde_json::from_value(line.clone()).unwrap();
                assert_eq!(read.fact().is_credit, is_credit, "{line}");
            }
            let expected = if is_credit { "new" } else { "old" };
            let both = json!([line("new", 50, true, 0), before_basil]);
            assert_eq!(newest_price(both).as_deref(), Some(expected));
        }
    }
}
