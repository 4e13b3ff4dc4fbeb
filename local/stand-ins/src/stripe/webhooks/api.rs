//! Webhook endpoints over the API. <https://docs.stripe.com/api/webhook_endpoints>

use serde::Deserialize;
use serde_json::json;

use super::queue::Endpoint as Target;
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::legacy;
use crate::stripe::objects::Fields;
use crate::stripe::options::WebhookTarget;
use crate::stripe::params::{Clearable, Metadata, WebUrl};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/webhook_endpoints", create),
    Endpoint::get("/v1/webhook_endpoints/{id}", |account, call| retrieve(account, call, "webhook_endpoint")),
    Endpoint::post("/v1/webhook_endpoints/{id}", update),
    Endpoint::delete("/v1/webhook_endpoints/{id}", delete),
    Endpoint::list("/v1/webhook_endpoints", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    url: WebUrl,
    enabled_events: Vec<String>,
    api_version: Option<String>,
    description: Option<Clearable<String>>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    url: Option<WebUrl>,
    enabled_events: Option<Vec<String>>,
    disabled: Option<bool>,
    description: Option<Clearable<String>>,
    metadata: Option<Metadata>,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    check_events(&params.enabled_events)?;
    if let Some(version) = params.api_version.as_deref().filter(|version| !legacy::is_version(version)) {
        return Err(ApiError::parameter(format!("Invalid API version: {version}")).param("api_version"));
    }
    let secret = account.ids.next("whsec_", 32);
    let id = register(
        account,
        WebhookTarget {
            url: params.url.0,
            secrets: vec![secret.clone()],
            api_version: params.api_version,
            enabled_events: params.enabled_events,
        },
    );
    account.set(
        &id,
        json!({
            "description": params.description.and_then(Clearable::into_option),
            "metadata": params.metadata.unwrap_or_default().into_value(),
        }),
    );
    let mut created = account.get(&id).clone();
    // The secret is shown once, when the endpoint is created.
    created.set("secret", secret);
    Ok(created)
}

/// Registers a target and makes its API object. Returns the endpoint's id.
pub(crate) fn register(account: &mut Account, target: WebhookTarget) -> String {
    let id = account.create(
        Kind::WebhookEndpoint,
        json!({
            "url": target.url,
            "enabled_events": target.enabled_events,
            "api_version": target.api_version,
        }),
    );
    let version = target.api_version.unwrap_or_else(|| account.api_version.clone());
    account.webhooks.endpoints.push(Target {
        id: id.clone(),
        url: target.url,
        secrets: target.secrets,
        api_version: version,
        enabled_events: target.enabled_events,
        disabled: false,
    });
    id
}

/// Switches every endpoint off, or on again.
pub(crate) fn set_disabled(account: &mut Account, disabled: bool) {
    for target in &mut account.webhooks.endpoints {
        target.disabled = disabled;
    }
    let ids: Vec<_> = account.webhooks.endpoints.iter().map(|target| target.id.clone()).collect();
    for id in ids {
        account.set(&id, json!({ "status": if disabled { "disabled" } else { "enabled" } }));
    }
}

fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let mut object = account.find("webhook_endpoint", &call.id)?;
    if let Some(events) = &params.enabled_events {
        check_events(events)?;
    }
    let target = account.webhooks.endpoints.iter_mut().find(|target| target.id == call.id);
    let Some(target) = target else { return Err(ApiError::missing("id", "webhook_endpoint", &call.id)) };
    if let Some(WebUrl(url)) = params.url {
        object.set("url", url.clone());
        target.url = url;
    }
    if let Some(events) = params.enabled_events {
        object.set("enabled_events", events.clone());
        target.enabled_events = events;
    }
    if let Some(disabled) = params.disabled {
        object.set("status", if disabled { "disabled" } else { "enabled" });
        target.disabled = disabled;
    }
    if let Some(description) = params.description {
        object.set("description", description.into_option());
    }
    if let (Some(metadata), Some(current)) = (params.metadata, object.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    account.objects.insert(object);
    Ok(account.get(&call.id).clone())
}

fn delete(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    account.find("webhook_endpoint", &call.id)?;
    account.webhooks.endpoints.retain(|target| target.id != call.id);
    account.objects.remove(&call.id);
    Ok(json!({ "id": call.id, "object": "webhook_endpoint", "deleted": true }))
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    call.list(account.objects.newest_first("webhook_endpoint"))
}

/// Refuses texts that aren't event types, which look like `invoice.paid`; `*` stands for all.
fn check_events(events: &[String]) -> Result<(), ApiError> {
    let plausible = |kind: &String| {
        kind == "*" || (kind.contains('.') && kind.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '_')))
    };
    match events.iter().position(|kind| !plausible(kind)) {
        _ if events.is_empty() => {
            Err(ApiError::parameter("Invalid array: enabled_events must not be empty.").param("enabled_events"))
        }
        Some(index) => {
            Err(ApiError::parameter("Invalid enabled_events: not an event type.")
                .param(format!("enabled_events[{index}]")))
        }
        None => Ok(()),
    }
}
