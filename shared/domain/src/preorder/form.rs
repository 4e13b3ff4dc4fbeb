//! The preorder form, checked field by field.

use std::fmt;

use serde_json::json;
use uuid::Uuid;

use crate::{
    color::Color,
    consent::{self, Answer, MarketingConsent},
    contact::Contact,
    country,
    email::Email,
    fields::{FieldErrors, FormFields},
    ids::PriceId,
    limits::Source,
    locale::Locale,
    preorder::catalogue::Catalogue,
    text::{LOST, MAX_TEXT, trim},
};

/// The customer's message and marketing consent in the form. No Stripe event changes them. `Debug` hides them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The customer's message to us.
    pub customer_notes: Option<String>,
    /// Whether the customer agreed to marketing; no if the form doesn't say.
    pub marketing_consent: MarketingConsent,
}

impl fmt::Debug for Wishes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wishes(hidden)")
    }
}

/// A checked preorder form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreorderForm {
    /// The customer's e-mail address.
    pub email: Email,
    /// The colour.
    pub color: Color,
    /// The Stripe price of the colour.
    pub price_id: PriceId,
    /// The customer's language; English if the form doesn't say.
    pub locale: Locale,
    /// Name, telephone and address.
    pub contact: Contact,
    /// The customer's message and marketing consent.
    pub wishes: Wishes,
}

/// The longest message to us, in characters.
const MAX_NOTES: usize = 2_000;

impl PreorderForm {
    /// Parses and checks every field.
    ///
    /// # Errors
    /// [`FieldErrors`] with every invalid field, each with how to correct it.
    pub fn parse(fields: &mut impl FormFields, catalogue: &Catalogue) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = email(fields.text("email"), &mut errors);
        let color = color(fields.text("color"), fields.text("priceId"), catalogue, &mut errors);
        let locale = locale(fields.text("locale"), &mut errors);
        let mut text = |name, max| text(name, fields.text(name), max, &mut errors);
        let mut contact = Contact::default();
        for field in contact.fields_mut() {
            *field.text = text(field.name, MAX_TEXT);
        }
        let customer_notes = text("customerNotes", MAX_NOTES);
        contact.country = country(contact.country, &mut errors);
        let marketing_consent = match consent::answer(fields, &mut errors) {
            Some(Answer::Agreed(version)) => MarketingConsent::Given(Some(version)),
            Some(Answer::Declined(_)) | None => MarketingConsent::No,
        };
        let wishes = Wishes { customer_notes, marketing_consent };
        match (email, color) {
            (Some(email), Some((color, price_id))) if errors.is_empty() => {
                Ok(Self { email, color, price_id, locale, contact, wishes })
            }
            _ => Err(errors),
        }
    }

    /// Returns a key that is the same for the same whole form from the same source in the same window of time. It is a
    /// hash, which reveals neither form nor source, and becomes part of an id.
    #[must_use]
    pub fn key(&self, source: &Source, window: i64) -> String {
        let Self { email, color, price_id, locale, contact, wishes } = self;
        let Wishes { customer_notes, marketing_consent } = wishes;
        let contact = contact.clone().fields_mut().map(|field| field.text.take());
        let texts = Vec::from_iter(contact.iter().chain([customer_notes]));
        // JSON, so that different forms never give the same text.
        let whole = json!([
            "form",
            window,
            source.as_str(),
            email.key(),
            color.as_str(),
            price_id.as_str(),
            locale.tag(),
            texts,
            marketing_consent.text_version(),
        ]);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, whole.to_string().as_bytes()).to_string()
    }
}

fn email(given: Option<String>, errors: &mut FieldErrors) -> Option<Email> {
    let given = given.filter(|text| !trim(text).is_empty());
    match given.as_deref().map(Email::parse) {
        Some(Ok(email)) => return Some(email),
        Some(Err(invalid)) => errors.add("email", invalid.to_string()),
        None => errors.add("email", "is required"),
    }
    None
}

fn color(
    given: Option<String>,
    price: Option<String>,
    catalogue: &Catalogue,
    errors: &mut FieldErrors,
) -> Option<(Color, PriceId)> {
    let given = given.filter(|text| !text.is_empty());
    let Some(name) = given else {
        errors.add("color", "is required");
        return None;
    };
    let Some((color, price_id)) = catalogue.find(&name) else {
        let known: Vec<_> = catalogue.colors().collect();
        errors.add("color", format!("must be one of: {}", known.join(", ")));
        return None;
    };
    if price.filter(|text| !text.is_empty()).is_some_and(|given| given != price_id.as_str()) {
        errors.add("priceId", "is not the price of this color; leave it out to use the current one");
        return None;
    }
    Some((color, price_id.clone()))
}

fn locale(given: Option<String>, errors: &mut FieldErrors) -> Locale {
    match given.filter(|text| !text.is_empty()) {
        None => Locale::default(),
        Some(tag) => Locale::parse(&tag).unwrap_or_else(|| {
            errors.add("locale", format!("must be one of: {}", Locale::ALL.map(Locale::tag).join(", ")));
            Locale::default()
        }),
    }
}

fn country(given: Option<String>, errors: &mut FieldErrors) -> Option<String> {
    country::parse(&given?).map_err(|invalid| errors.add("country", invalid.to_string())).ok()
}

/// Returns the text without the spaces around it, or none if nothing is left. Adds an error if it is too long or has
/// control characters.
fn text(field: &str, given: Option<String>, max: usize, errors: &mut FieldErrors) -> Option<String> {
    let text = trim(&given?).to_owned();
    if text.chars().count() > max {
        errors.add(field, format!("must have at most {max} characters"));
    } else if text.chars().any(|c| c == '\0' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))) {
        errors.add(field, "must not have control characters");
    } else if text.contains(LOST) {
        errors.add(field, "has characters that were lost on the way (\u{fffd}); write it again, in UTF-8");
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn catalogue() -> Catalogue {
        let price = |id| PriceId::parse(id).unwrap();
        let prices = [("Red".to_owned(), price("price_red")), ("Honey Khaki".to_owned(), price("price_honey"))];
        Catalogue::try_from(BTreeMap::from(prices)).unwrap()
    }

    /// A form whose fields are these texts.
    struct Texts(BTreeMap<&'static str, String>);

    impl FormFields for Texts {
        fn text(&mut self, name: &str) -> Option<String> {
            self.0.remove(name)
        }

        fn boolean(&mut self, _: &str) -> Option<bool> {
            None
        }
    }

    fn parse(fields: &[(&'static str, &str)]) -> Result<PreorderForm, FieldErrors> {
        let fields = fields.iter().map(|(name, text)| (*name, (*text).to_owned()));
        PreorderForm::parse(&mut Texts(fields.collect()), &catalogue())
    }

    fn problems(fields: &[(&'static str, &str)]) -> Vec<String> {
        parse(fields).err().iter().flat_map(FieldErrors::iter).map(|(field, _)| field.to_owned()).collect()
    }

    const MINIMAL: [(&str, &str); 2] = [("email", "a@b.co"), ("color", "Red")];

    #[test]
    fn email_and_color_are_enough() {
        let form = parse(&MINIMAL).unwrap();
        assert_eq!(form.price_id.as_str(), "price_red");
        assert_eq!(form.locale, Locale::En);
        assert_eq!(form.wishes.marketing_consent, MarketingConsent::No);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let long = "x".repeat(201);
        let fields = [
            ("email", "nobody"),
            ("color", "Pink"),
            ("locale", "fr"),
            ("city", &long),
            ("country", "Hong Kong"),
            ("customerNotes", "\u{0}"),
        ];
        assert_eq!(problems(&fields), ["city", "color", "country", "customerNotes", "email", "locale"]);
        assert_eq!(problems(&[]), ["color", "email"]);
    }

    #[test]
    fn the_price_must_be_the_colors() {
        let with_price = |price| [MINIMAL[0], MINIMAL[1], ("priceId", price)];
        assert_eq!(problems(&with_price("price_red")), [""; 0]);
        assert_eq!(problems(&with_price("price_honey")), ["priceId"]);
    }

    #[test]
    fn blank_texts_are_no_texts() {
        let form = parse(&[MINIMAL[0], MINIMAL[1], ("phone", "  "), ("country", "hk")]).unwrap();
        assert_eq!(form.contact.phone, None);
        assert_eq!(form.contact.country.as_deref(), Some("HK"));
    }

    #[test]
    fn what_nobody_sees_is_no_text_and_what_was_lost_is_named() {
        let [_, color] = MINIMAL;
        let email = ("email", "\u{feff}a@b.co\u{200b}");
        let form = parse(&[email, color, ("firstName", "\u{200b}Hana\u{2060} "), ("city", "\u{200b}")]).unwrap();
        assert_eq!(form.email.as_str(), "a@b.co");
        assert_eq!((form.contact.first_name.as_deref(), form.contact.city), (Some("Hana"), None));
        let lost = ("addressLine1", "\u{fffd}\u{fffd}1-2-3");
        assert_eq!(problems(&[MINIMAL[0], color, lost]), ["addressLine1"]);
    }

    #[test]
    fn the_country_is_one_of_iso_3166_and_a_usual_mistake_is_told_the_right_code() {
        let errors = parse(&[MINIMAL[0], MINIMAL[1], ("country", "uk")]).unwrap_err();
        let expected = [("country", "must be a two-letter ISO 3166-1 code; write GB")];
        assert_eq!(errors.iter().collect::<Vec<_>>(), expected);
        assert_eq!(problems(&[MINIMAL[0], MINIMAL[1], ("country", "ZZ")]), ["country"]);
    }
}
