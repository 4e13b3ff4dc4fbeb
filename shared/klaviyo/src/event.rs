//! The request body, a JSON:API document.

use pledge_domain::{ids::OutboxId, outbox::OutboxEntry};
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};
use time::{UtcOffset, format_description::well_known::Rfc3339};

/// The entry as Klaviyo wants it.
///
/// # Errors
/// If the time or the amount has no JSON form; the same entry fails again.
pub(crate) fn body(entry: &OutboxEntry, metric_name: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let payload = &entry.payload;
    // Klaviyo's value is a number; the decimal text goes in as it is, since a float would change it.
    let value = payload.value.map(|money| RawValue::from_string(money.to_decimal())).transpose()?;
    let profile = Profile {
        email: payload.profile.email.as_str(),
        external_id: payload.profile.external_id.as_ref().map(|id| id.as_str()),
        phone_number: payload.profile.phone_number.as_deref(),
        first_name: payload.profile.first_name.as_deref(),
        last_name: payload.profile.last_name.as_deref(),
    };
    let event = Event {
        properties: &payload.properties,
        time: payload.occurred_at.to_offset(UtcOffset::UTC).format(&Rfc3339)?,
        value,
        value_currency: payload.value.map(|money| money.currency.to_iso()),
        unique_id: entry.id,
        metric: Document { data: Resource { kind: "metric", attributes: Metric { name: metric_name } } },
        profile: Document { data: Resource { kind: "profile", attributes: profile } },
    };
    Ok(serde_json::to_vec(&Document { data: Resource { kind: "event", attributes: event } })?)
}

#[derive(Serialize)]
struct Document<T> {
    data: Resource<T>,
}

#[derive(Serialize)]
struct Resource<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    attributes: T,
}

#[derive(Serialize)]
struct Event<'a> {
    properties: &'a Map<String, Value>,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_currency: Option<String>,
    unique_id: OutboxId,
    metric: Document<Metric<'a>>,
    profile: Document<Profile<'a>>,
}

#[derive(Serialize)]
struct Metric<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Profile<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
}
