//! How to reach a person.

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
    /// Returns this contact, with what it lacks taken from another.
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
}
