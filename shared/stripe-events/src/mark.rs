//! Which deployment marked what an event is about.

use serde::Deserialize;

use crate::wire::{List, Payload, lenient, metadata::Metadata};

/// Where an object has its own metadata or, an invoice, those of its subscription.
#[derive(Deserialize)]
struct Object {
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

/// Returns `deployment` out of the metadata of the event's object.
pub fn deployment(payload: Payload<'_>) -> Option<String> {
    let object: Object = payload.object().ok()?;
    let of_lines = object.lines.map(|lines| lines.data).unwrap_or_default();
    let details = object.parent.and_then(|parent| parent.subscription_details).or(object.subscription_details);
    let places = [object.metadata, details.and_then(|details| details.metadata)].into_iter();
    let mut all = places.chain(of_lines.into_iter().map(|line| line.metadata)).flatten();
    all.find_map(|metadata| metadata.deployment().map(str::to_owned))
}
