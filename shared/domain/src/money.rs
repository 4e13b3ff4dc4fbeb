//! Exact amounts of money: an integer of minor units and a currency.
//!
//! `1999` of `usd` is 19.99 dollars, but `1999` of `jpy` is 1,999 yen: dividing by a hundred is a bug, so nothing here
//! divides. [`Money::to_decimal`] moves the decimal point as text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code in Stripe's notation: three lower-case letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Text that isn't a currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a three-letter currency code")]
pub struct InvalidCurrency;

/// Text that isn't an exact amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an exact amount of this currency")]
pub struct InvalidAmount;

/// The currencies without minor units in Stripe's API (<https://docs.stripe.com/currencies#zero-decimal>).
const ZERO_DECIMAL: [&str; 15] =
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];

/// The currencies with a thousand minor units (<https://docs.stripe.com/currencies#three-decimal>).
const THREE_DECIMAL: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

impl Currency {
    /// United States dollar, the currency of the champion tiers.
    pub const USD: Self = Self(*b"usd");

    /// Parses three ASCII letters of either case.
    ///
    /// # Errors
    /// [`InvalidCurrency`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidCurrency> {
        match text.as_bytes() {
            [a, b, c] if text.bytes().all(|x| x.is_ascii_alphabetic()) => {
                Ok(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase(), c.to_ascii_lowercase()]))
            }
            _ => Err(InvalidCurrency),
        }
    }

    /// Returns the code in lower case, as Stripe writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the code in upper case, as ISO 4217 and Klaviyo write it.
    #[must_use]
    pub fn to_iso(self) -> String {
        self.as_str().to_ascii_uppercase()
    }

    /// Returns how many decimal places one major unit has: 0, 2 or 3.
    ///
    /// ISK, TWD, HUF and UGX count as two-decimal in Stripe's API (<https://docs.stripe.com/currencies#special-cases>).
    #[must_use]
    pub fn decimals(self) -> usize {
        let code = self.as_str();
        if ZERO_DECIMAL.contains(&code) {
            0
        } else if THREE_DECIMAL.contains(&code) {
            3
        } else {
            2
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;
    fn try_from(text: String) -> Result<Self, InvalidCurrency> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.as_str().to_owned()
    }
}

/// An amount in minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents of a dollar, whole yen. Negative only for differences.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// Returns an amount in minor units.
    #[must_use]
    pub fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Parses an amount in major units as decimal text, the inverse of [`Money::to_decimal`]. Missing decimal places count
    /// as zeros; negative amounts aren't accepted.
    ///
    /// # Errors
    /// [`InvalidAmount`] for anything but digits with a point, for more decimal places than the currency has, and for
    /// amounts beyond 64 bits.
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, InvalidAmount> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let decimals = currency.decimals();
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let is_amount = !whole.is_empty() && digits(whole) && digits(fraction) && fraction.len() <= decimals;
        if !is_amount || text.ends_with('.') {
            return Err(InvalidAmount);
        }
        let amount = format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| InvalidAmount)?;
        Ok(Self { amount, currency })
    }

    /// Returns the amount in major units as exact decimal text: `19.99`, `1999`, `1.999`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let decimals = self.currency.decimals();
        let sign = if self.amount < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.amount.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency.to_iso())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(amount: i64, currency: &str) -> String {
        Money::new(amount, Currency::parse(currency).unwrap()).to_decimal()
    }

    #[test]
    fn minor_units_depend_on_the_currency() {
        assert_eq!(decimal(1999, "USD"), "19.99");
        assert_eq!(decimal(1999, "jpy"), "1999");
        assert_eq!(decimal(1999, "kwd"), "1.999");
        assert_eq!(decimal(5, "usd"), "0.05");
        assert_eq!(decimal(-5, "usd"), "-0.05");
        assert_eq!(decimal(0, "jpy"), "0");
        assert_eq!(decimal(i64::MIN, "usd"), "-92233720368547758.08");
    }

    #[test]
    fn an_amount_is_read_as_it_is_written() {
        let read = |text: &str, currency: &str| {
            Money::from_decimal(text, Currency::parse(currency).unwrap()).map(|money| money.amount)
        };
        assert_eq!(read("19.99", "usd"), Ok(1999));
        assert_eq!(read("19.9", "usd"), Ok(1990));
        assert_eq!(read("19", "usd"), Ok(1900));
        assert_eq!(read("0", "usd"), Ok(0));
        assert_eq!(read("1999", "jpy"), Ok(1999));
        assert_eq!(read("1.999", "kwd"), Ok(1999));
        let too_large = "92233720368547758.08";
        for wrong in ["", ".", "1.", ".5", "-1", "+1", "1,00", "1.999", "1 000", "1e3", "١", too_large] {
            assert_eq!(read(wrong, "usd"), Err(InvalidAmount), "{wrong:?}");
        }
        assert_eq!(read("19.9", "jpy"), Err(InvalidAmount));
    }

    #[test]
    fn a_currency_has_three_letters() {
        assert_eq!(Currency::parse("Usd").unwrap(), Currency::USD);
        for wrong in ["", "us", "usdt", "u$d", "日本"] {
            assert!(Currency::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
