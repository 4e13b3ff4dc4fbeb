//! The shop's policy: what a shop decides about its checkout.

use serde::Deserialize;

use serde_json::{Map, Value};

use crate::{
    color::Color,
    ids::{InvalidId, ShippingRateId},
    locale::Locale,
};

/// The shop's decisions about its checkout. As JSON, in which a field that isn't given keeps its default:
///
/// `{"countries": ["US"], "phone": true, "promotionCodes": false, "automaticTax": false, "shippingRates": ["shr_1"],
/// "soldOut": ["Red"], "locales": ["en", "ja"], "successPath": "/{locale}/thanks", "cancelPath": "/{locale}/order",
/// "recovery": false}`
///
/// After a change of the policy, a preorder's next session is another attempt, since Stripe accepts only the same
/// parameters under the idempotency key of an older attempt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CheckoutPolicy {
    /// The countries to which the shop ships. The payment page asks for an address in one of them.
    pub countries: Vec<Country>,
    /// Whether the payment page asks for a telephone number.
    pub phone: bool,
    /// Whether the payment page accepts promotion codes.
    pub promotion_codes: bool,
    /// Whether Stripe Tax calculates the tax.
    pub automatic_tax: bool,
    /// The shipping rates to choose from, as they are in Stripe; none if shipping costs nothing.
    pub shipping_rates: Vec<ShippingRateId>,
    /// The names of the colours that are sold out, and can't be paid now.
    pub sold_out: Vec<String>,
    /// The languages that the catalogue offers. For a preorder in another language the payment page is in the first of
    /// them.
    pub locales: Vec<Locale>,
    /// The page for a customer who has paid.
    pub success_path: ReturnPath,
    /// The page for a customer who went back without paying, on which a preorder can be paid later.
    pub cancel_path: ReturnPath,
    /// Whether Stripe makes a link that recovers an expired session for 30 days. The link is then the `resume_url` of an
    /// abandoned preorder (<https://docs.stripe.com/payments/checkout/abandoned-carts>).
    pub recovery: bool,
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
            locales: Locale::ALL.into(),
            success_path: ReturnPath("/{locale}/pre-order/success".to_owned()),
            cancel_path: ReturnPath("/{locale}/pre-order/cancel".to_owned()),
            recovery: false,
        }
    }
}

impl CheckoutPolicy {
    /// Parses a policy from JSON.
    ///
    /// # Errors
    /// [`InvalidPolicy`] if it isn't a JSON object, a field is unknown or invalid, or `locales` is empty.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        // Parsed as an object first, since serde would accept `[]` for the struct.
        let fields: Map<String, Value> = serde_json::from_str(text)?;
        let policy: Self = serde_json::from_value(Value::Object(fields))?;
        match policy.locales.as_slice() {
            [] => Err(InvalidPolicy(serde::de::Error::custom("locales must name a language"))),
            _ => Ok(policy),
        }
    }

    /// Returns the language of the payment page for a preorder in this one.
    #[must_use]
    pub fn page_locale(&self, locale: Locale) -> Locale {
        let offered = self.locales.contains(&locale);
        if offered { locale } else { self.locales.first().copied().unwrap_or(locale) }
    }

    /// Returns whether this colour is sold out.
    #[must_use]
    pub fn is_sold_out(&self, color: &Color) -> bool {
        self.sold_out.iter().any(|name| name == color.as_str())
    }
}

/// A text that isn't a policy, with the reason.
#[derive(Debug, thiserror::Error)]
#[error("set valid JSON ({0})")]
pub struct InvalidPolicy(#[from] serde_json::Error);

/// A path below the site's address. `{locale}` in it stands for the preorder's language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ReturnPath(String);

/// A text that isn't a path of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path such as /{{locale}}/pre-order/success")]
pub struct InvalidPath;

impl ReturnPath {
    /// Returns the path with `{locale}` replaced by a language.
    #[must_use]
    pub fn of(&self, locale: Locale) -> String {
        self.0.replace("{locale}", locale.tag())
    }
}

impl TryFrom<String> for ReturnPath {
    type Error = InvalidPath;
    fn try_from(path: String) -> Result<Self, InvalidPath> {
        let bare = path.replace("{locale}", "en");
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
        let valid = bare.starts_with('/') && !bare.contains("//") && !bare.contains("..") && bare.bytes().all(plain);
        if valid { Ok(Self(path)) } else { Err(InvalidPath) }
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

    fn parse(json: &str) -> Result<CheckoutPolicy, InvalidPolicy> {
        CheckoutPolicy::parse(json)
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
        for json in
            [r#"{"soldout": []}"#, r#"{"countries": ["us"]}"#, r#"{"shippingRates": ["rate_1"]}"#, "7", "[]", "{"]
        {
            assert!(parse(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_page_is_in_a_language_that_is_offered() {
        let policy = parse(r#"{"locales": ["ja", "en"]}"#).unwrap();
        assert_eq!([Locale::En, Locale::Es].map(|locale| policy.page_locale(locale)), [Locale::En, Locale::Ja]);
        for json in [r#"{"locales": []}"#, r#"{"locales": ["de"]}"#] {
            assert!(parse(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_return_path_stays_on_the_site() {
        let policy = parse(r#"{"successPath": "/{locale}/thanks"}"#).unwrap();
        assert_eq!(policy.success_path.of(Locale::ZhHk), "/zh-HK/thanks");
        for path in
            ["https://example.com", "//example.com", "thanks", "/a?b=c", "/a#b", "/a/../b", "/{color}", "", "/a b"]
        {
            assert!(parse(&format!(r#"{{"cancelPath": "{path}"}}"#)).is_err(), "{path}");
        }
    }
}
