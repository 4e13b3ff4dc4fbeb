//! Answers to the question whether somebody agrees to marketing, and versions of its text.

use std::fmt;

use serde::Serialize;

use crate::{
    fields::{FieldErrors, FormFields},
    text::trim,
};

/// The version of a consent text, as the front end names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TextVersion(String);

/// Text that can't be the version of a consent text: it is empty, too long, or has characters that aren't allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {} characters, all of them letters, digits or -_.:/", TextVersion::MAX)]
pub struct InvalidTextVersion;

impl TextVersion {
    /// The longest version, in characters.
    const MAX: usize = 64;

    /// Parses a version: 1 to 64 characters, all of them letters, digits or `-_.:/`.
    ///
    /// # Errors
    /// [`InvalidTextVersion`] for anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidTextVersion> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
        let valid = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(fits);
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidTextVersion) }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TextVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the customer of a preorder agreed to marketing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MarketingConsent {
    /// The customer didn't agree.
    #[default]
    No,
    /// The customer agreed to this text; none if they agreed before versions were recorded.
    Given(Option<TextVersion>),
    /// Only Stripe's metadata, from which a lost preorder was restored, say that the customer agreed to this text. This
    /// doesn't count as consent.
    Unconfirmed(TextVersion),
}

impl MarketingConsent {
    /// Returns whether the customer agreed.
    #[must_use]
    pub fn is_given(&self) -> bool {
        matches!(self, Self::Given(_))
    }

    /// Returns the version of the text to which the customer agreed; none if it isn't known, or if the consent is
    /// unconfirmed.
    #[must_use]
    pub fn text_version(&self) -> Option<&TextVersion> {
        match self {
            Self::Given(version) => version.as_ref(),
            Self::No | Self::Unconfirmed(_) => None,
        }
    }
}

/// An answer to the question whether somebody agrees to marketing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The person agrees to this text.
    Agreed(TextVersion),
    /// The person doesn't agree. The version of the text is kept if it was sent.
    Declined(Option<TextVersion>),
}

/// The field that says whether somebody agrees to marketing.
pub const FIELD: &str = "marketingConsent";

/// The field with the version of the text that was agreed to.
const VERSION_FIELD: &str = "consentTextVersion";

/// Returns the answer in the fields `marketingConsent` and `consentTextVersion`; none if there is none, or if a field is
/// invalid, which is added to `errors`. A version alone is no answer, since forms send it whether or not their box is
/// ticked.
pub fn answer(fields: &mut impl FormFields, errors: &mut FieldErrors) -> Option<Answer> {
    let (given, version) = (fields.boolean(FIELD), fields.text(VERSION_FIELD));
    read(given, version.as_deref(), errors)
}

fn read(given: Option<bool>, version: Option<&str>, errors: &mut FieldErrors) -> Option<Answer> {
    let version = version.map(trim).filter(|text| !text.is_empty()).map(TextVersion::parse);
    match (given, version) {
        (_, Some(Err(invalid))) => errors.add(VERSION_FIELD, invalid.to_string()),
        (Some(true), Some(Ok(version))) => return Some(Answer::Agreed(version)),
        (Some(true), None) => {
            errors.add(VERSION_FIELD, "is required with marketingConsent: it says which text was agreed to");
        }
        (Some(false), version) => return Some(Answer::Declined(version.and_then(Result::ok))),
        (None, _) => {}
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_short_word() {
        for valid in ["1", "2026-11", "en/2026-11-26_a.1:2"] {
            assert_eq!(TextVersion::parse(valid).unwrap().as_str(), valid);
        }
        for invalid in ["", "of May", "版", &"x".repeat(65)] {
            assert_eq!(TextVersion::parse(invalid), Err(InvalidTextVersion), "{invalid:?}");
        }
    }

    #[test]
    fn consent_without_a_version_is_a_mistake_of_that_field_and_a_version_alone_says_nothing() {
        let read = |given, version: Option<&str>| {
            let mut errors = FieldErrors::default();
            let answer = super::read(given, version, &mut errors);
            (answer, errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>())
        };
        let version = || TextVersion::parse("v1").unwrap();
        let wrong = (None, vec!["consentTextVersion".to_owned()]);
        assert_eq!(read(Some(true), Some("v1")), (Some(Answer::Agreed(version())), vec![]));
        for missing in [None, Some(""), Some(" ")] {
            assert_eq!(read(Some(true), missing), wrong);
        }
        assert_eq!(read(Some(true), Some("of May")), wrong);
        assert_eq!(read(Some(false), None), (Some(Answer::Declined(None)), vec![]));
        assert_eq!(read(Some(false), Some("v1")), (Some(Answer::Declined(Some(version()))), vec![]));
        assert_eq!(read(None, Some("v1")), (None, vec![]));
    }
}
