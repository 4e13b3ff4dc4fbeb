//! From verified bytes to a [`StripeEvent`].

use std::borrow::Cow;

use pledge_domain::{
    Timestamp,
    ids::EventId,
    stripe::{Fact, StripeEvent},
};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    events::{DECODERS, REDUNDANT},
    wire::Payload,
};

/// Every event type that changes something here: what a webhook endpoint has to be registered for.
pub const HANDLED: [&str; DECODERS.len()] = {
    let mut types = [""; DECODERS.len()];
    let mut i = 0;
    while i < types.len() {
        types[i] = DECODERS[i].0;
        i += 1;
    }
    types
};

/// The body isn't a Stripe event at all. What it is instead is left out: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The body isn't JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// The body lacks what every event has: `"object": "event"`, an `evt_` id, a type, a time and an object.
    #[error("the body is not a Stripe event")]
    NotAnEvent,
}

/// What every event has (<https://docs.stripe.com/api/events/object>).
#[derive(Deserialize)]
struct Envelope {
    id: EventId,
    object: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    api_version: Option<String>,
    created: i64,
    livemode: bool,
    #[serde(rename = "data")]
    _data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "object")]
    _object: IgnoredAny,
}

/// Decodes the body of a delivery.
///
/// An event whose type matters, but whose object can't be understood, is a [`Fact::Malformed`]: it was signed by
/// Stripe, so it must be recorded and looked at. Types that don't matter are [`Fact::Ignored`].
///
/// # Errors
/// [`DecodeError`] if the body isn't an event.
pub fn decode(body: &[u8]) -> Result<StripeEvent, DecodeError> {
    let body = &*without_nul(body);
    let envelope: Envelope = serde_json::from_slice(body)
        .map_err(|error| if error.is_data() { DecodeError::NotAnEvent } else { DecodeError::NotJson })?;
    if envelope.object != "event" {
        return Err(DecodeError::NotAnEvent);
    }
    let created = Timestamp::from_unix_timestamp(envelope.created).map_err(|_| DecodeError::NotAnEvent)?;
    let fact = fact(&envelope.kind, Payload::new(body, created));
    Ok(StripeEvent {
        id: envelope.id,
        kind: envelope.kind,
        api_version: envelope.api_version,
        created,
        livemode: envelope.livemode,
        fact,
    })
}

/// Returns the JSON with a blank for each escaped NUL: PostgreSQL's `text` can't hold that character, and a payment
/// must not be lost for a name that has one.
fn without_nul(json: &[u8]) -> Cow<'_, [u8]> {
    const NUL: &[u8] = br"\u0000";
    if !json.windows(NUL.len()).any(|window| window == NUL) {
        return Cow::Borrowed(json);
    }
    let mut clean = json.to_vec();
    let mut at = 0;
    while at < clean.len() {
        if clean[at..].starts_with(NUL) {
            clean[at + 2..at + NUL.len()].copy_from_slice(b"0020");
        }
        // A backslash takes the next byte with it, so that an escaped backslash begins no escape.
        at += if clean[at] == b'\\' { 2 } else { 1 };
    }
    Cow::Owned(clean)
}

fn fact(kind: &str, payload: Payload<'_>) -> Fact {
    if let Some((_, decode)) = DECODERS.iter().find(|(known, _)| *known == kind) {
        return decode(payload).unwrap_or_else(|unreadable| Fact::Malformed { reason: unreadable.0 });
    }
    let redundant = REDUNDANT.iter().find(|(known, _)| *known == kind);
    Fact::Ignored { reason: redundant.map_or("an event type that changes nothing here", |(_, reason)| reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_replaced_and_what_only_looks_like_one_is_not() {
        let clean = |json: &str| String::from_utf8(without_nul(json.as_bytes()).into_owned()).unwrap();
        assert_eq!(clean(r#"["a\u0000b","\u0000"]"#), r#"["a\u0020b","\u0020"]"#);
        assert_eq!(clean(r#"["a\\u0000b","\\\u0000"]"#), r#"["a\\u0000b","\\\u0020"]"#);
        assert_eq!(clean(r#"{"a":1}"#), r#"{"a":1}"#);
    }
}
