//! Events, which are made when something happens and queued for the endpoints that listen.

use serde_json::{Value, json};

use super::account::Account;
use super::error::ApiError;
use super::legacy;
use super::objects::Fields;
use super::shapes::Kind;

/// The API version whose shapes this stand-in has.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";

/// The API request that caused an event. Both parts are null if Stripe itself caused it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

pub(crate) fn emit(account: &mut Account, kind: &str, object_id: &str, previous: Option<Value>) {
    let object = account.get(object_id).clone();
    let mut data = json!({ "object": object });
    if let Some(previous) = previous {
        data.set("previous_attributes", previous);
    }
    let event = account.create(
        Kind::Event,
        json!({
            "type": kind,
            "api_version": account.api_version,
            "data": data,
            "request": {
                "id": account.origin.request_id,
                "idempotency_key": account.origin.idempotency_key,
            },
        }),
    );
    let waiting = account.webhooks.enqueue(&event, kind);
    account.set(&event, json!({ "pending_webhooks": waiting }));
}

/// Repeats an event as one of a connected account. Returns the new event's id. <https://docs.stripe.com/connect/webhooks>
pub(crate) fn tell_for_account(account: &mut Account, event: &str, connected: &str) -> Result<String, ApiError> {
    let mut fields = account.find("event", event)?;
    let kind = fields.text("type").to_owned();
    fields.set("id", Value::Null);
    fields.set("account", connected);
    let id = account.create(Kind::Event, fields);
    let waiting = account.webhooks.enqueue(&id, &kind);
    account.set(&id, json!({ "pending_webhooks": waiting }));
    Ok(id)
}

/// Sends a thin event to every endpoint. Returns its id. <https://docs.stripe.com/event-destinations>
pub(crate) fn tell_thin(account: &mut Account, kind: &str, related_object: &str) -> String {
    let id = account.ids.next("evt_test_65", 22);
    let created = time::OffsetDateTime::from_unix_timestamp(account.now).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (object, url) = match kind.strip_prefix("v1.").and_then(|kind| kind.rsplit_once('.')) {
        Some((object, _)) => (object.to_owned(), format!("/v1/{object}s/{related_object}")),
        None => {
            let url = format!("/v2/core/event_destinations/{related_object}");
            ("v2.core.event_destination".to_owned(), url)
        }
    };
    account.objects.insert(json!({
        "id": id,
        "object": "v2.core.event",
        "type": kind,
        "context": null,
        "created": created.format(&time::format_description::well_known::Rfc3339).unwrap_or_default(),
        "livemode": false,
        "reason": null,
        "related_object": { "id": related_object, "type": object, "url": url },
    }));
    account.webhooks.enqueue(&id, "*");
    id
}

/// Returns the body of `event` for a reader of `api_version`. A thin event is the same for every version.
pub(crate) fn body(account: &Account, event: &str, api_version: &str) -> Value {
    let mut event = account.get(event).clone();
    if event.text("object") != "event" {
        return event;
    }
    event.set("api_version", api_version);
    if legacy::is_legacy(api_version) {
        if let Some(object) = event.pointer_mut("/data/object") {
            legacy::render(account, object);
        }
        if let Some(previous) = event.pointer_mut("/data/previous_attributes") {
            legacy::render_previous(previous);
        }
    }
    event
}
