//! Events over the API. <https://docs.stripe.com/api/events>

use serde::Deserialize;
use serde_json::Value;

use super::account::Account;
use super::api::{Call, Endpoint, NoParams, Reply};
use super::error::ApiError;
use super::events;
use super::filters::Created;
use super::objects::Fields;

pub(crate) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::get("/v1/events/{id}", retrieve).reads_events(), Endpoint::list("/v1/events", list).reads_events()];

/// How long Stripe shows events, in seconds.
const SHOWN: i64 = 30 * 24 * 60 * 60;

/// The greatest number of `types[]` in one request.
const TYPES: usize = 20;

/// Returns whether the API still shows an event.
fn is_shown(account: &Account, event: &Value) -> bool {
    event.int("created") >= account.now - SHOWN
}

fn retrieve(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    let event = account.find("event", &call.id)?;
    if !is_shown(account, &event) {
        return Err(ApiError::missing("id", "event", &call.id));
    }
    Ok(events::body(account, &call.id, &account.api_version))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    r#type: Option<String>,
    types: Option<Vec<String>>,
    delivery_success: Option<bool>,
    created: Option<Created>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    if filter.types.as_ref().is_some_and(|types| types.len() > TYPES) {
        return Err(ApiError::parameter(format!("Invalid array: types has at most {TYPES} elements.")).param("types"));
    }
    if filter.r#type.is_some() && filter.types.is_some() {
        return Err(ApiError::parameter("You may only specify one of these parameters: type, types.").param("types"));
    }
    let fits = |event: &&Value| {
        filter.r#type.as_deref().is_none_or(|pattern| type_fits(pattern, event.text("type")))
            && filter.types.as_ref().is_none_or(|types| types.iter().any(|kind| kind == event.text("type")))
            && filter.delivery_success.is_none_or(|done| (event.int("pending_webhooks") == 0) == done)
            && Created::fits(filter.created.as_ref(), event)
            && is_shown(account, event)
    };
    let found: Vec<_> = account.objects.newest_first("event").filter(fits).map(|event| event.text("id")).collect();
    let bodies: Vec<_> = found.iter().map(|id| events::body(account, id, &account.api_version)).collect();
    call.list(bodies.iter())
}

/// Returns whether an event's type matches; `checkout.session.*` matches every type that begins so.
fn type_fits(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(head) => kind.starts_with(head),
        None => kind == pattern,
    }
}
