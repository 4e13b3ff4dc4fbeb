//! Events: made when something happens, queued for the endpoints that listen.

use serde_json::{Value, json};

use super::error::ApiError;
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
            "api_version": world.account_version,
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

/// Tells an event again as that of a connected account; gives the new one's id.
/// <https://docs.stripe.com/connect/webhooks>
pub(crate) fn tell_for_account(world: &mut World, event: &str, account: &str) -> Result<String, ApiError> {
    let mut fields = world.find("event", event)?;
    let kind = fields.text("type").to_owned();
    fields.set("id", Value::Null);
    fields.set("account", account);
    let id = world.create(Kind::Event, fields);
    let waiting = world.webhooks.enqueue(&id, &kind);
    world.set(&id, json!({ "pending_webhooks": waiting }));
    Ok(id)
}

/// Sends a thin event to every endpoint; gives its id. <https://docs.stripe.com/event-destinations>
pub(crate) fn tell_thin(world: &mut World, kind: &str, related_object: &str) -> String {
    let id = world.ids.next("evt_test_65", 22);
    let created = time::OffsetDateTime::from_unix_timestamp(world.now).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (object, url) = match kind.strip_prefix("v1.").and_then(|kind| kind.rsplit_once('.')) {
        Some((object, _)) => (object.to_owned(), format!("/v1/{object}s/{related_object}")),
        None => {
            let url = format!("/v2/core/event_destinations/{related_object}");
            ("v2.core.event_destination".to_owned(), url)
        }
    };
    world.objects.insert(json!({
        "id": id,
        "object": "v2.core.event",
        "type": kind,
        "context": null,
        "created": created.format(&time::format_description::well_known::Rfc3339).unwrap_or_default(),
        "livemode": false,
        "reason": null,
        "related_object": { "id": related_object, "type": object, "url": url },
    }));
    world.webhooks.enqueue(&id, "*");
    id
}

/// The body of `event` for a reader of `api_version`. A thin event is the same for all.
pub(crate) fn body(world: &World, event: &str, api_version: &str) -> Value {
    let mut event = world.get(event).clone();
    if event.text("object") != "event" {
        return event;
    }
    event.set("api_version", api_version);
    if legacy::is_legacy(api_version) {
        if let Some(object) = event.pointer_mut("/data/object") {
            legacy::render(world, object);
        }
        if let Some(previous) = event.pointer_mut("/data/previous_attributes") {
            legacy::render_previous(previous);
        }
    }
    event
}
