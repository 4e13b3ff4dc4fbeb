//! The name, telephone number and address that Stripe's Checkout collected from the customer.

use pledge_domain::{
    preorder::Contact,
    text::{MAX_TEXT, trim},
};
use serde::Deserialize;

use crate::wire::lenient;

/// `customer_details` or `shipping_details` of a Checkout session. Fields that both have are named alike.
#[derive(Default, Deserialize)]
pub struct Details {
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    /// The customer's e-mail address, which only `customer_details` has.
    #[serde(default, deserialize_with = "lenient")]
    pub email: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    phone: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    address: Option<Address>,
}

#[derive(Default, Deserialize)]
struct Address {
    #[serde(default, deserialize_with = "lenient")]
    line1: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    line2: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    city: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    postal_code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    country: Option<String>,
}

/// Returns the name, telephone number and address to which the order is sent. A name, telephone number or address that
/// `shipping` lacks is taken from `customer`, but the lines of an address always come from one of the two.
pub fn contact(shipping: Option<Details>, customer: Option<Details>) -> Contact {
    let (shipping, customer) = (shipping.unwrap_or_default(), customer.unwrap_or_default());
    let (first_name, last_name) = split(clean(shipping.name).or_else(|| clean(customer.name)));
    let phone = clean(shipping.phone).or_else(|| clean(customer.phone));
    let address = shipping.address.or(customer.address).unwrap_or_default();
    Contact { first_name, last_name, phone, ..address.into() }
}

impl From<Address> for Contact {
    /// Returns a contact with this address, and nothing else.
    fn from(address: Address) -> Self {
        let is_code = |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        Self {
            address_line1: clean(address.line1),
            address_line2: clean(address.line2),
            city: clean(address.city),
            state: clean(address.state),
            postal_code: clean(address.postal_code),
            country: clean(address.country).filter(is_code),
            ..Self::default()
        }
    }
}

/// Returns the text as our own form would keep it: on one line, without white space and invisible characters around it, and
/// cut to [`MAX_TEXT`] characters. None if nothing is left. The form would refuse characters that were lost (U+FFFD); here
/// they stay, since nobody can be asked to write the text again.
pub fn clean(text: Option<String>) -> Option<String> {
    let line = text?.replace(char::is_control, " ");
    let cut: String = trim(&line).chars().take(MAX_TEXT).collect();
    let text = trim(&cut);
    (!text.is_empty()).then(|| text.to_owned())
}

/// Splits a full name into the given and the family name, since Stripe has one field for both. The family name is the last
/// word or, in Chinese, Japanese and Korean writing, the first. A single word is the given name, which e-mails address
/// people by.
fn split(name: Option<String>) -> (Option<String>, Option<String>) {
    let Some(name) = name else { return (None, None) };
    let mut words: Vec<_> = name.split_whitespace().collect();
    let family = if words.len() < 2 {
        None
    } else if name.chars().any(is_cjk) {
        Some(words.remove(0))
    } else {
        words.pop()
    };
    (Some(words.join(" ")), family.map(str::to_owned))
}

/// Returns whether the character is Kana, Han or Hangul, which are the Unicode blocks 3040–30FF, 3400–9FFF, AC00–D7AF and
/// F900–FAFF.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> (Option<String>, Option<String>) {
        super::split(clean(Some(name.to_owned())))
    }

    #[test]
    fn the_family_name_stands_where_the_writing_puts_it() {
        let pair = |first: &str, last: &str| (Some(first.to_owned()), Some(last.to_owned()));
        assert_eq!(split("Ada Lovelace"), pair("Ada", "Lovelace"));
        assert_eq!(split("  Mary  Ann Evans "), pair("Mary Ann", "Evans"));
        assert_eq!(split("山田 太郎"), pair("太郎", "山田"));
        assert_eq!(split("山田\u{3000}太郎"), pair("太郎", "山田"));
        assert_eq!(split("김 민준"), pair("민준", "김"));
        assert_eq!(split("陳大文"), (Some("陳大文".to_owned()), None));
        assert_eq!(split("Madonna"), (Some("Madonna".to_owned()), None));
        assert_eq!(split(" \u{0} "), (None, None));
    }

    #[test]
    fn an_address_is_not_mixed_from_two() {
        let at = |line1: Option<&str>, city: &str| Details {
            address: Some(Address {
                line1: line1.map(str::to_owned),
                city: Some(city.to_owned()),
                ..Address::default()
            }),
            ..Details::default()
        };
        let contact = contact(Some(at(None, "Kyoto")), Some(at(Some("1 Infinite Loop"), "Cupertino")));
        assert_eq!((contact.address_line1, contact.city.as_deref()), (None, Some("Kyoto")));
    }

    #[test]
    fn a_name_of_which_nobody_sees_anything_is_no_name() {
        let named = |name: &str| Some(Details { name: Some(name.to_owned()), ..Details::default() });
        for nothing in ["\u{200b}", " \u{feff}\u{2060}", "\u{0}\u{200b}\n"] {
            assert_eq!(contact(named(nothing), None), Contact::default(), "{nothing:?}");
            let expected = Contact { first_name: Some("Ada".into()), ..Contact::default() };
            assert_eq!(contact(named(nothing), named("\u{200b}Ada\u{200b}")), expected, "{nothing:?}");
        }
    }

    #[test]
    fn texts_are_cut_to_what_the_form_takes() {
        let cut_at_a_space = format!("{} more", "x".repeat(MAX_TEXT - 1));
        assert_eq!(clean(Some(cut_at_a_space)), Some("x".repeat(MAX_TEXT - 1)));
        assert_eq!(clean(Some("ä".repeat(500))).unwrap().chars().count(), MAX_TEXT);
        assert_eq!(clean(Some("a\u{0}b\n".into())).as_deref(), Some("a b"));
    }
}
