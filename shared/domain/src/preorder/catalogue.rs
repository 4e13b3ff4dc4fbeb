//! The catalogue: the colours that can be preordered, each with one Stripe price.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{color::Color, ids::PriceId};

/// The colours on sale. Prices come from here and never from a request. As JSON: `{"<colour>": "price_…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, PriceId>")]
pub struct Catalogue(BTreeMap<String, PriceId>);

/// A catalogue that is invalid: it has no colour, or one without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at least one colour is needed, and none without a name")]
pub struct InvalidCatalogue;

impl TryFrom<BTreeMap<String, PriceId>> for Catalogue {
    type Error = InvalidCatalogue;
    fn try_from(prices: BTreeMap<String, PriceId>) -> Result<Self, InvalidCatalogue> {
        if prices.is_empty() || prices.contains_key("") { Err(InvalidCatalogue) } else { Ok(Self(prices)) }
    }
}

impl Catalogue {
    /// Returns the colour with exactly this name, with its price; none if the catalogue doesn't have it.
    #[must_use]
    pub fn find(&self, color: &str) -> Option<(Color, &PriceId)> {
        self.0.get_key_value(color).map(|(name, price)| (Color::recorded(name.clone()), price))
    }

    /// Returns the names of all colours.
    pub fn colors(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
