//! What can be preordered: colours, each with one Stripe price.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ids::PriceId;

/// A colour that the catalogue had when the preorder was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Color(String);

impl Color {
    /// A colour read back from our own database or from metadata that we wrote; it may have left the catalogue since.
    #[must_use]
    pub fn recorded(name: String) -> Self {
        Self(name)
    }

    /// Stands for the colour of a payment that doesn't say what was bought.
    #[must_use]
    pub fn unknown() -> Self {
        Self("unknown".to_owned())
    }

    /// The colour's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The colours on sale. Prices come from here and never from a request. As JSON: `{"<colour>": "price_…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, PriceId>")]
pub struct Catalogue(BTreeMap<String, PriceId>);

/// A catalogue from which nothing can be ordered.
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
    /// The colour of that exact name, with its price.
    #[must_use]
    pub fn find(&self, color: &str) -> Option<(Color, &PriceId)> {
        self.0.get_key_value(color).map(|(name, price)| (Color(name.clone()), price))
    }

    /// The names of all colours.
    pub fn colors(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
