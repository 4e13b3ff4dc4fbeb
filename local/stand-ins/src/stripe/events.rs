//! Events: made when something happens, queued for the endpoints that listen.

use serde_json::{Value, json};

use super::legacy;
use super::objects::Fields;
use super::shapes::Kind;
use super::world::World;

/// The API version whose shapes this stand-in shows.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";

/// Which API request caused an event. Both parts are null for what Stripe does by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

pub(crate) fn emit(world: &mut World, kind: &str, object_id: &str, previous: Option<Value>) {
    let object = world.get(object_id).clone();
    let mut data = json!({ "object": object });
    if let Some(previous) = previous {
        data.set("previous_attributes", previous);
    }
    let event = world.create(
        Kind::Event,
        json!({
            "type": kind,
            "api_version": API_VERSION,
            "data": data,
            "request": {
                "id": world.origin.request_id,
                "idempotency_key": world.origin.idempotency_key,
            },
        }),
    );
    let waiting = world.webhooks.enqueue(&event, kind);
    world.set(&event, json!({ "pending_webhooks": waiting }));
}

/// The body of a delivery of `event` to an endpoint of `api_version`.
pub(crate) fn body(world: &World, event: &str, api_version: &str) -> Value {
    let mut event = world.get(event).clone();
    if legacy::is_legacy(api_version) {
        event.set("api_version", api_version);
        if let Some(object) = event.pointer_mut("/data/object") {
            legacy::render(world, object);
        }
        if let Some(previous) = event.pointer_mut("/data/previous_attributes") {
            legacy::render_previous(previous);
        }
    }
    event
}
