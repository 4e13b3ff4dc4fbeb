//! Thin events, which Stripe's event destinations send unless they are set to send snapshots
//! (<https://docs.stripe.com/event-destinations#events-overview>).
//!
//! A thin event has the id of an object, but not the object. Fetching the object would give its present state and not the
//! state that the event is about, so this project can't act on thin events.

use serde::Deserialize;

/// The type of the event that Stripe sends when an operator tests an event destination.
const PING: &str = "v2.core.event_destination.ping";

/// A thin event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThinEvent {
    /// Stripe's id of the event.
    pub id: String,
    /// Stripe's type of the event, such as `v1.payment_intent.succeeded`.
    pub kind: String,
    /// The id of the event destination (`ed_…`), which only a ping has.
    pub destination: Option<String>,
}

impl ThinEvent {
    /// Returns whether the event is only a test of the event destination.
    #[must_use]
    pub fn is_ping(&self) -> bool {
        self.kind == PING
    }
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    object: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    related_object: Option<RelatedObject>,
}

#[derive(Deserialize)]
struct RelatedObject {
    #[serde(default)]
    id: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

/// Parses a thin event. Returns none if the body is something else.
#[must_use]
pub fn thin(body: &[u8]) -> Option<ThinEvent> {
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    if envelope.object != "v2.core.event" {
        return None;
    }
    let related = envelope.related_object;
    let destination = related.filter(|object| object.kind.as_deref() == Some("v2.core.event_destination"));
    Some(ThinEvent { id: envelope.id, kind: envelope.kind, destination: destination.and_then(|object| object.id) })
}
