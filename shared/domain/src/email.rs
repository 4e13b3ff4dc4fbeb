//! E-mail addresses.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

use crate::text::{self, is_invisible};

/// An e-mail address in the form `local@domain.tld`, with its case kept, without spaces around it, and without invisible
/// characters anywhere.
///
/// Addresses that differ in case only are one person's, so comparisons must use [`Email::key`]. `Debug` hides the address,
/// so that it can't reach a log by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Text that isn't an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as name@example.com")]
pub struct InvalidEmail;

impl Email {
    /// Parses an address (RFC 5321: 64 octets before the `@`, 254 in all) whose domain has a dot. Spaces around it and
    /// invisible characters are removed.
    ///
    /// # Errors
    /// [`InvalidEmail`] otherwise.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text: String = text::trim(text).chars().filter(|c| !is_invisible(*c)).collect();
        if text.contains(|c: char| c.is_control() || c == text::LOST) {
            return Err(InvalidEmail);
        }
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let address = EmailAddress::parse_with_options(&text, options).map_err(|_| InvalidEmail)?;
        let quoted = address.local_part().starts_with('"');
        if quoted || text.len() > 254 { Err(InvalidEmail) } else { Ok(Self(text)) }
    }

    /// Returns the address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the address is the placeholder `erased@….invalid` of a person whom `ops person erase` erased. No
    /// announcements are made about such a person.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.0.starts_with("erased@") && self.0.ends_with(".invalid")
    }

    /// Returns the address in lower case, by which addresses are compared.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(hidden)")
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;
    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> String {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_people_have_is_accepted_and_the_rest_refused() {
        for good in ["a@b.co", " reader+novel@example.com ", "Ünal@example.com", "o'neil@example.ie"] {
            assert!(Email::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["", "a", "a@", "@b.co", "a@b", "a b@c.de", "a@b.co, c@d.ef", "Bob <a@b.co>", "a@[127.0.0.1]"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Email::parse(&format!("{}@example.com", "x".repeat(250))).is_err());
    }

    #[test]
    fn what_nobody_sees_is_no_part_of_an_address() {
        for given in
            ["\u{feff}reader@example.com", "reader@example.com\u{200b}", "rea\u{200b}der@exam\u{ad}ple.com\u{a0}"]
        {
            assert_eq!(Email::parse(given).unwrap().as_str(), "reader@example.com", "{given:?}");
        }
        for lost in ["re\u{fffd}der@example.com", "reader@example\u{0}.com", "\u{200b}", "\u{200b}@example.com"] {
            assert!(Email::parse(lost).is_err(), "{lost:?}");
        }
    }

    #[test]
    fn case_makes_no_other_person_and_debug_shows_nobody() {
        assert_eq!(Email::parse("A@B.co").unwrap().key(), Email::parse("a@b.CO").unwrap().key());
        assert!(!format!("{:?}", Email::parse("a@b.co").unwrap()).contains('@'));
    }
}
