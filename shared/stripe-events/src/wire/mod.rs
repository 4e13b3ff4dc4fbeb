//! Types that parse Stripe's objects: only the fields that are needed, so that a change in another field does no harm.

pub mod contact;
pub mod expandable;
pub mod invoice_line;
pub mod metadata;

use pledge_domain::{Timestamp, ids::InvalidId, money::InvalidCurrency};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

/// The body of an event, from which a decoder parses the fields that it needs, without a JSON tree in between.
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
    /// Makes the payload from the body of an event that happened at `created`.
    pub fn new(body: &'a [u8], created: Timestamp) -> Self {
        Self { body, created }
    }

    /// Returns when the event happened.
    pub fn created(self) -> Timestamp {
        self.created
    }

    /// Parses `data.object`, the object that the event is about.
    ///
    /// # Errors
    /// [`Unreadable`] if the object doesn't have the fields of `T`.
    pub fn object<T: DeserializeOwned>(self) -> Result<T, Unreadable> {
        let event: Event<T> = serde_json::from_slice(self.body)?;
        Ok(event.data.object)
    }
}

/// A list inside an object (<https://docs.stripe.com/api/pagination>).
#[derive(Deserialize)]
pub struct List<T> {
    /// The list's first items: for an invoice's lines at most ten.
    pub data: Vec<T>,
    /// Whether the list has more items than these.
    #[serde(default)]
    pub has_more: bool,
}

/// The reason why an event's object can't be decoded. The text quotes nothing of the object.
#[derive(Debug)]
pub struct Unreadable(pub String);

impl Unreadable {
    /// Makes the error of a payload that can't be decoded for this reason.
    pub fn because(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl From<serde_json::Error> for Unreadable {
    /// Keeps the line and the column, and the name of a field that is missing. The rest of Serde's message is left out,
    /// since it quotes the wrong value, which may be somebody's address.
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

/// Parses an optional field. Returns none if the value has another type than expected, so that the rest of the object is
/// still decoded.
///
/// # Errors
/// The deserializer's error if the value isn't valid JSON.
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
