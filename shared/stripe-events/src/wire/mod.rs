//! How Stripe's objects are read: narrowly, and without falling over what isn't needed.

pub mod contact;
pub mod expandable;
pub mod invoice_line;
pub mod metadata;

use pledge_domain::{Timestamp, ids::InvalidId, money::InvalidCurrency};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

/// The body of an event, from which a decoder takes the fields that it needs, without an intermediate tree.
#[derive(Clone, Copy)]
pub struct Payload<'a> {
    body: &'a [u8],
    created: Timestamp,
}

#[derive(Deserialize)]
struct Event<T> {
    data: Data<T>,
}

#[derive(Deserialize)]
struct Data<T> {
    object: T,
}

impl<'a> Payload<'a> {
    /// Takes the body of an event that happened at `created`.
    pub fn new(body: &'a [u8], created: Timestamp) -> Self {
        Self { body, created }
    }

    /// Returns when the event happened.
    pub fn created(self) -> Timestamp {
        self.created
    }

    /// Reads `data.object`.
    pub fn object<T: DeserializeOwned>(self) -> Result<T, Unreadable> {
        let event: Event<T> = serde_json::from_slice(self.body)?;
        Ok(event.data.object)
    }
}

/// A list inside an object.
#[derive(Deserialize)]
pub struct List<T> {
    /// The list's first ten items.
    pub data: Vec<T>,
    /// Whether it has more than these.
    #[serde(default)]
    pub has_more: bool,
}

/// Why an event that matters can't be understood, without anything of its contents.
#[derive(Debug)]
pub struct Unreadable(pub String);

impl Unreadable {
    /// Makes the error of a payload that can't be read for this reason.
    pub fn because(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl From<serde_json::Error> for Unreadable {
    /// Keeps the place, and the field's name if one is missing. Serde quotes the offending value too, which may be
    /// somebody's address.
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let what = if text.starts_with("missing field") { text.as_str() } else { "a value of another type" };
        let place = format!(" at line {} column {}", error.line(), error.column());
        Self(format!("the object can't be read: {}{place}", what.trim_end_matches(&place)))
    }
}

impl From<InvalidId> for Unreadable {
    fn from(error: InvalidId) -> Self {
        Self(error.to_string())
    }
}

impl From<InvalidCurrency> for Unreadable {
    fn from(error: InvalidCurrency) -> Self {
        Self(error.to_string())
    }
}

/// Reads a field that nothing hangs on: none if it has another type than expected.
pub fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape<T> {
        Expected(T),
        Other(IgnoredAny),
    }
    Ok(match Shape::deserialize(deserializer)? {
        Shape::Expected(value) => Some(value),
        Shape::Other(_) => None,
    })
}
