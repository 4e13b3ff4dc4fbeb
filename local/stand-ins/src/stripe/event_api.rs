//! Events over the API. <https://docs.stripe.com/api/events>

use serde::Deserialize;
use serde_json::Value;

use super::api::{Call, Endpoint, Reply, retrieve};
use super::filters::Created;
use super::objects::Fields;
use super::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/events/{id}", |world, call| retrieve(world, call, "event")),
    Endpoint::list("/v1/events", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    r#type: Option<String>,
    types: Option<Vec<String>>,
    delivery_success: Option<bool>,
    created: Option<Created>,
}

fn list(world: &mut World, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |event: &&Value| {
        filter.r#type.as_deref().is_none_or(|pattern| type_fits(pattern, event.text("type")))
            && filter.types.as_ref().is_none_or(|types| types.iter().any(|kind| kind == event.text("type")))
            && filter.delivery_success.is_none_or(|done| (event.int("pending_webhooks") == 0) == done)
            && Created::fits(filter.created.as_ref(), event)
    };
    call.list(world.objects.newest_first("event").filter(fits))
}

/// `checkout.session.*` stands for all that begins so.
fn type_fits(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(head) => kind.starts_with(head),
        None => kind == pattern,
    }
}
