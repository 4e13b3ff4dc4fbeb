//! The preorder form, checked field by field.

use crate::{
    color::Color, contact::Contact, email::Email, fields::FieldErrors, ids::PriceId, locale::Locale,
    preorder::catalogue::Catalogue,
};

/// The form's fields as the client sent them: texts that may be anything.
#[derive(Clone, Default)]
pub struct RawForm {
    /// `email`
    pub email: Option<String>,
    /// `color`
    pub color: Option<String>,
    /// `priceId`
    pub price_id: Option<String>,
    /// `locale`
    pub locale: Option<String>,
    /// `firstName`
    pub first_name: Option<String>,
    /// `lastName`
    pub last_name: Option<String>,
    /// `phone`
    pub phone: Option<String>,
    /// `addressLine1`
    pub address_line1: Option<String>,
    /// `addressLine2`
    pub address_line2: Option<String>,
    /// `city`
    pub city: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `postalCode`
    pub postal_code: Option<String>,
    /// `country`
    pub country: Option<String>,
    /// `customerNotes`
    pub customer_notes: Option<String>,
    /// `marketingConsent`
    pub marketing_consent: Option<bool>,
}

/// A form that can be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreorderForm {
    /// The customer's address.
    pub email: Email,
    /// What they want.
    pub color: Color,
    /// What it costs: the price of the colour.
    pub price_id: PriceId,
    /// Their language; English if the form doesn't say.
    pub locale: Locale,
    /// Name, telephone and address.
    pub contact: Contact,
    /// What they wrote to us.
    pub customer_notes: Option<String>,
    /// Whether they agreed to marketing; no if the form doesn't say.
    pub marketing_consent: bool,
}

/// Longest text of an ordinary field, in characters.
const MAX_TEXT: usize = 200;
/// Longest message to us, in characters.
const MAX_NOTES: usize = 2_000;

impl PreorderForm {
    /// Checks every field.
    ///
    /// # Errors
    /// All the fields that are wrong, each with what to do about it.
    pub fn parse(raw: RawForm, catalogue: &Catalogue) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = email(raw.email, &mut errors);
        let color = color(raw.color, raw.price_id, catalogue, &mut errors);
        let locale = locale(raw.locale, &mut errors);
        let mut text = |field, value| text(field, value, MAX_TEXT, &mut errors);
        let contact = Contact {
            first_name: text("firstName", raw.first_name),
            last_name: text("lastName", raw.last_name),
            phone: text("phone", raw.phone),
            address_line1: text("addressLine1", raw.address_line1),
            address_line2: text("addressLine2", raw.address_line2),
            city: text("city", raw.city),
            state: text("state", raw.state),
            postal_code: text("postalCode", raw.postal_code),
            country: country(text("country", raw.country), &mut errors),
        };
        let customer_notes = self::text("customerNotes", raw.customer_notes, MAX_NOTES, &mut errors);
        match (email, color) {
            (Some(email), Some((color, price_id))) if errors.is_empty() => Ok(Self {
                email,
                color,
                price_id,
                locale,
                contact,
                customer_notes,
                marketing_consent: raw.marketing_consent.unwrap_or(false),
            }),
            _ => Err(errors),
        }
    }
}

fn email(given: Option<String>, errors: &mut FieldErrors) -> Option<Email> {
    let given = given.filter(|text| !text.trim().is_empty());
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
    let code = given?.to_ascii_uppercase();
    if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        errors.add("country", "must be a two-letter ISO 3166-1 code such as HK");
    }
    Some(code)
}

/// Returns the text without spaces around it; none if nothing is left.
fn text(field: &str, given: Option<String>, max: usize, errors: &mut FieldErrors) -> Option<String> {
    let text = given?.trim().to_owned();
    if text.chars().count() > max {
        errors.add(field, format!("must have at most {max} characters"));
    } else if text.chars().any(|c| c == '\0' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))) {
        errors.add(field, "must not have control characters");
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let price = |id| PriceId::parse(id).unwrap();
        let prices = [("Red".to_owned(), price("price_red")), ("Honey Khaki".to_owned(), price("price_honey"))];
        Catalogue::try_from(std::collections::BTreeMap::from(prices)).unwrap()
    }

    fn minimal() -> RawForm {
        RawForm { email: Some("a@b.co".into()), color: Some("Red".into()), ..RawForm::default() }
    }

    fn problems(raw: RawForm) -> Vec<String> {
        match PreorderForm::parse(raw, &catalogue()) {
            Ok(_) => vec![],
            Err(errors) => errors.iter().map(|(field, _)| field.to_owned()).collect(),
        }
    }

    #[test]
    fn email_and_color_are_enough() {
        let form = PreorderForm::parse(minimal(), &catalogue()).unwrap();
        assert_eq!(form.price_id.as_str(), "price_red");
        assert_eq!(form.locale, Locale::En);
        assert!(!form.marketing_consent);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let raw = RawForm {
            email: Some("nobody".into()),
            color: Some("Pink".into()),
            locale: Some("fr".into()),
            city: Some("x".repeat(201)),
            country: Some("Hong Kong".into()),
            customer_notes: Some("\u{0}".into()),
            ..RawForm::default()
        };
        assert_eq!(problems(raw), ["city", "color", "country", "customerNotes", "email", "locale"]);
        assert_eq!(problems(RawForm::default()), ["color", "email"]);
    }

    #[test]
    fn the_price_must_be_the_colors() {
        let with_price = |price: &str| RawForm { price_id: Some(price.into()), ..minimal() };
        assert_eq!(problems(with_price("price_red")), [""; 0]);
        assert_eq!(problems(with_price("price_honey")), ["priceId"]);
    }

    #[test]
    fn blank_texts_are_no_texts() {
        let raw = RawForm { phone: Some("  ".into()), country: Some("hk".into()), ..minimal() };
        let form = PreorderForm::parse(raw, &catalogue()).unwrap();
        assert_eq!(form.contact.phone, None);
        assert_eq!(form.contact.country.as_deref(), Some("HK"));
    }
}
