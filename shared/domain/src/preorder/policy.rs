//! What a shop decides about its checkout.

use serde::Deserialize;

use crate::{
    color::Color,
    ids::{InvalidId, ShippingRateId},
};

/// What a shop decides about its checkout, as JSON. A field that isn't given keeps its default.
///
/// `{"countries": ["US"], "phone": true, "promotionCodes": false, "automaticTax": false, "shippingRates": ["shr_1"],
/// "soldOut": ["Red"]}`
///
/// A changed policy makes the next attempt of a preorder: under the key of an older one Stripe takes the same parameters
/// only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CheckoutPolicy {
    /// Where the shop ships to. Stripe asks for an address in one of these.
    pub countries: Vec<Country>,
    /// Whether the pay page asks for a telephone number.
    pub phone: bool,
    /// Whether the pay page takes promotion codes.
    pub promotion_codes: bool,
    /// Whether Stripe Tax calculates the tax.
    pub automatic_tax: bool,
    /// The shipping rates to choose from, as they are in Stripe; none if shipping costs nothing.
    pub shipping_rates: Vec<ShippingRateId>,
    /// The colours that nobody can pay for now.
    pub sold_out: Vec<String>,
}

impl Default for CheckoutPolicy {
    fn default() -> Self {
        let countries = ["US", "CA", "GB", "AU", "DE", "FR", "IT", "ES", "NL", "JP", "SG", "HK", "TW"];
        Self {
            countries: countries.map(|code| Country(code.to_owned())).into(),
            phone: true,
            promotion_codes: false,
            automatic_tax: false,
            shipping_rates: Vec::new(),
            sold_out: Vec::new(),
        }
    }
}

impl CheckoutPolicy {
    /// Returns whether nobody can pay for this colour now.
    #[must_use]
    pub fn is_sold_out(&self, color: &Color) -> bool {
        self.sold_out.iter().any(|name| name == color.as_str())
    }
}

/// A country, by its ISO 3166-1 alpha-2 code in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Country(String);

impl Country {
    /// Returns the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Country {
    type Error = InvalidId;
    fn try_from(code: String) -> Result<Self, InvalidId> {
        let valid = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        if valid { Ok(Self(code)) } else { Err(InvalidId { kind: "country" }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<CheckoutPolicy, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn what_is_not_given_keeps_its_default() {
        let policy = parse(r#"{"soldOut": ["Red"]}"#).unwrap();
        assert_eq!(policy, CheckoutPolicy { sold_out: vec!["Red".into()], ..CheckoutPolicy::default() });
        assert!(policy.is_sold_out(&Color::recorded("Red".into())));
        assert!(!policy.is_sold_out(&Color::recorded("Honey Khaki".into())));
    }

    #[test]
    fn a_misspelt_field_or_country_is_refused() {
        for json in [r#"{"soldout": []}"#, r#"{"countries": ["us"]}"#, r#"{"shippingRates": ["rate_1"]}"#, "7"] {
            assert!(parse(json).is_err(), "{json}");
        }
    }
}
