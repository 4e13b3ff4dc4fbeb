//! A person's name, telephone number and postal address.

use serde::{Deserialize, Serialize};

/// Name, telephone and address, as far as they are known. Texts are trimmed and never empty. `Debug` hides them.
///
/// The fields have the same names in JSON and as columns of a preorder. A field that the JSON lacks isn't known.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Telephone number as it was typed.
    pub phone: Option<String>,
    /// Street and number.
    pub address_line1: Option<String>,
    /// Flat, floor, building.
    pub address_line2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code, upper case.
    pub country: Option<String>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(hidden)")
    }
}

/// A field of a [`Contact`], with its names.
pub struct ContactField<'a> {
    /// The name in the preorder form.
    pub name: &'static str,
    /// The name in JSON, and of the column of a preorder.
    pub column: &'static str,
    /// The text; none if it isn't known.
    pub text: &'a mut Option<String>,
}

impl Contact {
    /// Returns every field, in the order of the form.
    pub fn fields_mut(&mut self) -> [ContactField<'_>; 9] {
        fn field<'a>(name: &'static str, column: &'static str, text: &'a mut Option<String>) -> ContactField<'a> {
            ContactField { name, column, text }
        }
        let Self { first_name, last_name, phone, address_line1, address_line2, city, state, postal_code, country } =
            self;
        [
            field("firstName", "first_name", first_name),
            field("lastName", "last_name", last_name),
            field("phone", "phone", phone),
            field("addressLine1", "address_line1", address_line1),
            field("addressLine2", "address_line2", address_line2),
            field("city", "city", city),
            field("state", "state", state),
            field("postalCode", "postal_code", postal_code),
            field("country", "country", country),
        ]
    }

    /// Returns the contact after a later one was given. A later address with a street replaces the whole address, with the
    /// recipient's name: parts of two addresses are never mixed. A later address without a street is used only if there was
    /// no address before.
    #[must_use]
    pub fn then_given(self, later: Self) -> Self {
        let whole = later.address_line1.is_some() || !self.has_address();
        let replaced = later.address_line1.is_some();
        let (first_name, last_name) =
            if later.has_name() && (replaced || !self.has_name()) { later.name() } else { self.name() };
        let phone = if replaced {
            later.phone.clone().or(self.phone.clone())
        } else {
            self.phone.clone().or(later.phone.clone())
        };
        let address = if whole { later } else { self };
        Self { first_name, last_name, phone, ..address }
    }

    /// Returns this contact, with each field that it lacks taken from another.
    #[must_use]
    pub fn or(mut self, mut other: Self) -> Self {
        for (own, others) in self.fields_mut().into_iter().zip(other.fields_mut()) {
            *own.text = own.text.take().or(others.text.take());
        }
        self
    }

    /// Returns whether a field is known that belongs to the address: any besides name and telephone.
    fn has_address(&self) -> bool {
        Self { first_name: None, last_name: None, phone: None, ..self.clone() } != Self::default()
    }

    fn has_name(&self) -> bool {
        self.first_name.is_some() || self.last_name.is_some()
    }

    fn name(&self) -> (Option<String>, Option<String>) {
        (self.first_name.clone(), self.last_name.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn in_hong_kong() -> Contact {
        Contact {
            first_name: text("Mei"),
            last_name: text("Wong"),
            phone: text("+85251234567"),
            address_line1: text("1 Nathan Road"),
            address_line2: text("Flat 3"),
            city: text("Hong Kong"),
            state: text("Kowloon"),
            postal_code: None,
            country: text("HK"),
        }
    }

    #[test]
    fn what_other_versions_of_the_code_store_as_json_is_read_and_they_read_ours() {
        let document = json!({
            "first_name": "Mei", "last_name": "Wong", "phone": "+85251234567", "address_line1": "1 Nathan Road",
            "address_line2": "Flat 3", "city": "Hong Kong", "state": "Kowloon", "postal_code": null, "country": "HK",
        });
        assert_eq!(json!(in_hong_kong()), document);
        assert_eq!(serde_json::from_value::<Contact>(document).unwrap(), in_hong_kong());
        let of_others = json!({ "first_name": "Mei", "company": "Nathan Ltd" });
        let expected = Contact { first_name: text("Mei"), ..Contact::default() };
        assert_eq!(serde_json::from_value::<Contact>(of_others).unwrap(), expected);
    }

    #[test]
    fn every_field_has_its_name_in_json_as_its_column() {
        let mut filled = Contact::default();
        for field in filled.fields_mut() {
            *field.text = text(field.column);
        }
        for (column, text) in json!(filled).as_object().unwrap() {
            assert_eq!(text, column);
        }
    }

    #[test]
    fn only_what_a_contact_lacks_is_taken_from_another() {
        let name = Contact { first_name: text("Max"), ..Contact::default() };
        let expected = Contact { first_name: text("Max"), ..in_hong_kong() };
        assert_eq!(name.or(in_hong_kong()), expected);
        assert_eq!(in_hong_kong().or(Contact { postal_code: text("X"), ..expected }).postal_code, text("X"));
    }

    #[test]
    fn the_address_that_was_given_last_is_taken_whole() {
        let in_berlin = Contact {
            first_name: text("Max"),
            address_line1: text("Unter den Linden 1"),
            city: text("Berlin"),
            postal_code: text("10117"),
            country: text("DE"),
            ..Contact::default()
        };
        let expected = Contact { phone: in_hong_kong().phone, ..in_berlin.clone() };
        assert_eq!(in_hong_kong().then_given(in_berlin), expected, "neither the flat nor Kowloon, and no family name");
    }

    #[test]
    fn a_country_alone_is_no_address() {
        let card = Contact { first_name: text("M"), country: text("GB"), postal_code: text("X"), ..Contact::default() };
        assert_eq!(in_hong_kong().then_given(card.clone()), in_hong_kong());
        let only_name = Contact { first_name: text("Mei"), ..Contact::default() };
        assert_eq!(only_name.then_given(card.clone()), Contact { first_name: text("Mei"), ..card });
    }
}
