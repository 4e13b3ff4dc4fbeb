//! A person's name, telephone number and postal address.

/// Name, telephone and address, as far as they are known. Texts are trimmed and never empty.
#[derive(Clone, Default, PartialEq, Eq)]
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

impl Contact {
    /// Returns the texts of all fields, in the order of the form.
    #[must_use]
    pub fn texts(&self) -> [&Option<String>; 9] {
        let Self { first_name, last_name, phone, address_line1, address_line2, city, state, postal_code, country } =
            self;
        [first_name, last_name, phone, address_line1, address_line2, city, state, postal_code, country]
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
    pub fn or(self, other: Self) -> Self {
        Self {
            first_name: self.first_name.or(other.first_name),
            last_name: self.last_name.or(other.last_name),
            phone: self.phone.or(other.phone),
            address_line1: self.address_line1.or(other.address_line1),
            address_line2: self.address_line2.or(other.address_line2),
            city: self.city.or(other.city),
            state: self.state.or(other.state),
            postal_code: self.postal_code.or(other.postal_code),
            country: self.country.or(other.country),
        }
    }

    fn has_address(&self) -> bool {
        let fields =
            [&self.address_line1, &self.address_line2, &self.city, &self.state, &self.postal_code, &self.country];
        fields.iter().any(|field| field.is_some())
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
