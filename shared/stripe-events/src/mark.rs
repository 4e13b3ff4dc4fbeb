//! What an event is about, and which deployment marked it.

use serde::Deserialize;

use crate::wire::{List, Payload, lenient, metadata::Metadata};

/// Where an object has its own metadata or, an invoice, those of its subscription.
#[derive(Deserialize)]
struct Object {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    metadata: Option<Metadata>,
    /// Of invoices, since basil.
    #[serde(default, deserialize_with = "lenient")]
    parent: Option<Parent>,
    /// Of invoices, before basil.
    #[serde(default, deserialize_with = "lenient")]
    subscription_details: Option<Details>,
    /// Of invoices from before 2023-08-16.
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

/// What every object may say of itself.
#[derive(Default)]
pub struct Mark {
    /// The id of the object.
    pub object: Option<String>,
    /// `deployment` out of the object's metadata.
    pub deployment: Option<String>,
}

/// Returns the mark of the event's object.
pub fn mark(payload: Payload<'_>) -> Mark {
    let Ok(object) = payload.object::<Object>() else { return Mark::default() };
    let of_lines = object.lines.map(|lines| lines.data).unwrap_or_default();
    let details = object.parent.and_then(|parent| parent.subscription_details).or(object.subscription_details);
    let places = [object.metadata, details.and_then(|details| details.metadata)].into_iter();
    let mut all = places.chain(of_lines.into_iter().map(|line| line.metadata)).flatten();
    let deployment = all.find_map(|metadata| metadata.deployment().map(str::to_owned));
    Mark { object: object.id.filter(|id| is_id(id)), deployment }
}

/// Longest identifier of Stripe's ("up to 255 characters", <https://docs.stripe.com/upgrades>).
const MAX_ID: usize = 255;

/// Whether it looks like an id, and not like something that somebody wrote.
fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
