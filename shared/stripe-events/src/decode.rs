//! Decodes the verified body of a delivery into a [`StripeEvent`].

use std::borrow::Cow;

use pledge_domain::{
    Timestamp,
    ids::EventId,
    stripe::{Fact, StripeEvent},
};
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    events::{DECODERS, REDUNDANT},
    mark::{Mark, mark},
    wire::Payload,
};

/// Every event type that this project acts on: the types that a webhook endpoint has to be registered for.
pub const HANDLED: [&str; DECODERS.len()] = {
    let mut types = [""; DECODERS.len()];
    let mut i = 0;
    while i < types.len() {
        types[i] = DECODERS[i].0;
        i += 1;
    }
    types
};

/// The reason why an event of a connected account is ignored: it is about another business's customers, not ours.
pub const OF_CONNECTED_ACCOUNT: &str = "an event of a connected account";

/// The reason why a body isn't a Stripe event. The error quotes nothing of the body, which may hold personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The body isn't JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// The body lacks a field that every event has: `"object": "event"`, an `evt_` id, a type, a time or an object.
    #[error("the body is not a Stripe event")]
    NotAnEvent,
}

/// The fields that events of every type have (<https://docs.stripe.com/api/events/object>).
#[derive(Deserialize)]
struct Envelope {
    id: EventId,
    object: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    api_version: Option<String>,
    /// The connected account that the event is about; none for events of our own account
    /// (<https://docs.stripe.com/connect/webhooks>).
    #[serde(default)]
    account: Option<String>,
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

/// Decodes the body of a delivery, whose signature has been verified.
///
/// An event of a type in [`HANDLED`] whose object can't be decoded becomes a [`Fact::Malformed`]: Stripe signed it, so it
/// must be recorded, and a person has to look at it. Events of other types and of connected accounts become
/// [`Fact::Ignored`].
///
/// # Errors
/// [`DecodeError`] if the body isn't an event.
pub fn decode(body: &[u8]) -> Result<StripeEvent, DecodeError> {
    let body = &*storable(body);
    let envelope: Envelope = serde_json::from_slice(body)
        .map_err(|error| if error.is_data() { DecodeError::NotAnEvent } else { DecodeError::NotJson })?;
    if envelope.object != "event" {
        return Err(DecodeError::NotAnEvent);
    }
    let created = Timestamp::from_unix_timestamp(envelope.created).map_err(|_| DecodeError::NotAnEvent)?;
    let fact = match envelope.account {
        Some(_) => Fact::Ignored { reason: OF_CONNECTED_ACCOUNT },
        None => fact(&envelope.kind, Payload::new(body, created)),
    };
    let Mark { object, deployment } = mark(Payload::new(body, created));
    Ok(StripeEvent {
        id: distinct(envelope.id, &envelope.kind),
        kind: envelope.kind,
        api_version: envelope.api_version.as_deref().map(version),
        created,
        livemode: envelope.livemode,
        object,
        deployment,
        fact,
    })
}

/// Returns the event's id. Stripe's sample events all have the id `evt_00000000000000` or `evt_test_webhook`; to these ids
/// the event's type is appended, so that samples of two types don't count as one event that was delivered twice.
fn distinct(id: EventId, kind: &str) -> EventId {
    let rest = id.as_str().trim_start_matches("evt_");
    if rest != "test_webhook" && rest.contains(|c| c != '0') {
        return id;
    }
    let kind: String = kind.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(100).collect();
    EventId::parse(format!("{id}_{kind}")).unwrap_or(id)
}

/// Returns the name of an API version, at most 64 characters, without the preview features that may follow it
/// (`2020-08-27; orders_beta=v4`) and without characters that names of versions don't have.
fn version(text: &str) -> String {
    let version = text.split(';').next().unwrap_or_default();
    version.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')).take(64).collect()
}

/// Returns the JSON with replacements for characters that PostgreSQL's `text` or Rust's `String` can't hold: a space for
/// each escaped NUL, and U+FFFD (the replacement character) for half a surrogate pair and for bytes that aren't UTF-8.
/// Without this, a payment would be lost because its customer's name was cut in the middle of an emoji.
fn storable(json: &[u8]) -> Cow<'_, [u8]> {
    let text = match String::from_utf8_lossy(json) {
        Cow::Borrowed(_) => Cow::Borrowed(json),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    if !text.windows(3).any(|window| matches!(window, [b'\\', b'u', b'0' | b'd' | b'D'])) {
        return text;
    }
    let mut clean = text.into_owned();
    let mut at = 0;
    while at < clean.len() {
        // A backslash is skipped together with the byte after it, so that the second of two backslashes begins no escape.
        let (length, replacement) = match escape(&clean[at..]) {
            Some(0) => (ESCAPE, Some(b"0020")),
            Some(0xd800..0xdc00) if matches!(escape(&clean[at + ESCAPE..]), Some(0xdc00..0xe000)) => (2 * ESCAPE, None),
            Some(0xd800..0xe000) => (ESCAPE, Some(b"fffd")),
            Some(_) => (ESCAPE, None),
            None if clean[at] == b'\\' => (2, None),
            None => (1, None),
        };
        if let Some(replacement) = replacement {
            clean[at + 2..at + ESCAPE].copy_from_slice(replacement);
        }
        at += length;
    }
    Cow::Owned(clean)
}

/// The length of an escape such as `\u00e9`, in bytes.
const ESCAPE: usize = 6;

/// Returns the UTF-16 code unit of the `\u` escape at the beginning of `json`; none if `json` doesn't begin with one.
fn escape(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(br"\u")?.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// Decodes the object of an event of type `kind`.
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

    fn clean(json: &str) -> String {
        String::from_utf8(storable(json.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn a_nul_is_replaced_and_what_only_looks_like_one_is_not() {
        assert_eq!(clean(r#"["a\u0000b","\u0000"]"#), r#"["a\u0020b","\u0020"]"#);
        assert_eq!(clean(r#"["a\\u0000b","\\\u0000"]"#), r#"["a\\u0000b","\\\u0020"]"#);
        assert_eq!(clean(r#"{"a":1}"#), r#"{"a":1}"#);
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_a_whole_one_stays() {
        assert_eq!(
            clean(r#"["\ud83d\ude00","Hana \uD83D","\ude00\ud83d"]"#),
            r#"["\ud83d\ude00","Hana \ufffd","\ufffd\ufffd"]"#
        );
        assert_eq!(
            clean(r#"["\ud83d\ud83d\ude00","\\ud83d","\ud83d\n","\ud83dxude00"]"#),
            r#"["\ufffd\ud83d\ude00","\\ud83d","\ufffd\n","\ufffdxude00"]"#
        );
        for cut in [r#"["\ud8"#, r#"["\"#, r#"["\ud83d"#, r#"["\u"#, "\\"] {
            assert_eq!(clean(cut).len(), cut.len(), "{cut}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(&*storable(b"[\"a\xffb\"]"), "[\"a\u{fffd}b\"]".as_bytes());
    }

    #[test]
    fn samples_of_two_types_are_two_events() {
        let id = |text| EventId::parse(text).unwrap();
        for sample in ["evt_00000000000000", "evt_test_webhook"] {
            let ids = ["charge.refunded", "invoice.paid"].map(|kind| distinct(id(sample), kind));
            assert_ne!(ids[0], ids[1]);
            assert_eq!(ids[0], distinct(id(sample), "charge.refunded"));
        }
        assert_eq!(distinct(id("evt_1NG8Du"), "invoice.paid"), id("evt_1NG8Du"));
    }

    #[test]
    fn features_in_preview_are_no_part_of_the_version() {
        assert_eq!(version("2020-08-27; orders_beta=v4"), "2020-08-27");
        assert_eq!(version("2026-09-30.endive;feature_beta=v1;other=v2"), "2026-09-30.endive");
        assert_eq!(version("2026-09-30.preview"), "2026-09-30.preview");
        assert_eq!(version("2026\n\u{0}日本"), "2026");
    }
}
