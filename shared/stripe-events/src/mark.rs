//! The id of an event's object, and the deployment that made the object.

use serde::Deserialize;

use crate::wire::{List, Payload, lenient, metadata::Metadata};

/// An event's object of any kind, with every field that may have metadata: the object's own or, for an invoice, its
/// subscription's.
#[derive(Deserialize)]
struct Object {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
    /// The field in which invoices have their subscription's metadata since API version 2025-03-31 "basil".
    #[serde(default, deserialize_with = "lenient")]
    parent: Option<Parent>,
    /// The field in which invoices of API versions before 2025-03-31 "basil" have their subscription's metadata.
    #[serde(default, deserialize_with = "lenient")]
    subscription_details: Option<Details>,
    /// The lines, in which invoices of API versions before 2023-08-16 have their subscription's metadata.
    #[serde(default, deserialize_with = "lenient")]
    lines: Option<List<Details>>,
}

#[derive(Deserialize)]
struct Parent {
    #[serde(default, deserialize_with = "lenient")]
    subscription_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
}

/// The fields that an object of any kind may have.
#[derive(Default)]
pub struct Mark {
    /// The id of the object.
    pub object: Option<String>,
    /// The `deployment` in the object's metadata: the stage of the deployment that made the object.
    pub deployment: Option<String>,
}

/// Returns the mark of the event's object. It is empty if the object can't be parsed.
pub fn mark(payload: Payload<'_>) -> Mark {
    let Ok(object) = payload.object::<Object>() else { return Mark::default() };
    let of_lines = object.lines.map(|lines| lines.data).unwrap_or_default();
    let details = object.parent.and_then(|parent| parent.subscription_details).or(object.subscription_details);
    let places = [object.metadata, details.and_then(|details| details.metadata)].into_iter();
    let mut all = places.chain(of_lines.into_iter().map(|line| line.metadata)).flatten();
    let deployment = all.find_map(|metadata| metadata.deployment().map(str::to_owned));
    Mark { object: object.id.filter(|id| is_id(id)), deployment }
}

/// The length of Stripe's longest ids, in characters ("up to 255 characters", <https://docs.stripe.com/upgrades>).
const MAX_ID: usize = 255;

/// Returns whether a text has the form of one of Stripe's ids. A text of another form may be personal data and isn't kept.
fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
