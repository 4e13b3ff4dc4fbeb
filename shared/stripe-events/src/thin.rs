//! Thin events: what Stripe's event destinations send unless they are told to send snapshots
//! (<https://docs.stripe.com/event-destinations#events-overview>).
//!
//! A thin event names an object and doesn't have it. Fetching it would give its present state, not the one that the event
//! is about, so that thin events can't be acted on here.

use serde::Deserialize;

/// What an event destination sends when it is tried out.
const PING: &str = "v2.core.event_destination.ping";

/// A thin event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThinEvent {
    /// Stripe's id.
    pub id: String,
    /// Stripe's type, such as `v1.payment_intent.succeeded`.
    pub kind: String,
    /// The id of the event destination, which only a ping says (`ed_…`).
    pub destination: Option<String>,
}

impl ThinEvent {
    /// Returns whether the event says nothing but that the destination reaches us.
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

/// Reads a thin event; none if the body is something else.
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
