//! Sessions of the portal, which are short-lived links for one customer.
//! <https://docs.stripe.com/api/customer_portal/sessions>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::configuration;
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, Reply};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::WebUrl;
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[Endpoint::post("/v1/billing_portal/sessions", create)];

/// How long a link can be opened for the first time, and how long it works after that, in seconds.
const UNOPENED: i64 = 5 * 60;
const OPENED: i64 = 60 * 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    customer: String,
    configuration: Option<String>,
    return_url: Option<WebUrl>,
    flow_data: Option<Flow>,
    locale: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flow {
    r#type: FlowType,
    after_completion: Option<AfterCompletion>,
}

/// The type of a flow. Other flows aren't simulated.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum FlowType {
    PaymentMethodUpdate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AfterCompletion {
    r#type: Completion,
    redirect: Option<Redirect>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Completion {
    HostedConfirmation,
    PortalHomepage,
    Redirect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redirect {
    return_url: WebUrl,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    account.check("customer", "customer", &params.customer)?;
    let configuration = match params.configuration {
        Some(id) => account.check("configuration", "billing_portal.configuration", &id).map(|()| id)?,
        None => configuration::default(account).ok_or_else(|| {
            ApiError::invalid(
                "No configuration provided and your test mode default configuration has not been created. Provide a \
                 configuration or create your default by saving your customer portal settings in test mode at \
                 https://dashboard.stripe.com/test/settings/billing/portal.",
            )
        })?,
    };
    let chosen = account.get(&configuration).clone();
    if !chosen.flag("active") {
        return Err(ApiError::invalid("The configuration is not active.").param("configuration"));
    }
    if params.flow_data.is_some() && !allows(&chosen, "payment_method_update") {
        return Err(ApiError::invalid(
            "You can't create a portal session with this flow because the `payment_method_update` feature of the \
             portal configuration is disabled.",
        )
        .param("flow_data[type]"));
    }
    let return_url = params.return_url.map(|WebUrl(url)| url);
    let return_url = return_url.or_else(|| chosen.maybe_text("default_return_url").map(str::to_owned));
    let secret = account.ids.next("", 40);
    let url = format!("{}/p/session/{secret}", account.base_url);
    let id = account.create(
        Kind::PortalSession,
        json!({
            "configuration": configuration,
            "customer": params.customer,
            "flow": params.flow_data.map(flow),
            "locale": params.locale,
            "return_url": return_url,
            "url": url,
        }),
    );
    account.portal_links.insert(secret, (id.clone(), account.now + UNOPENED));
    Ok(account.get(&id).clone())
}

fn flow(flow: Flow) -> Value {
    let completion = flow.after_completion.as_ref().map_or(Completion::PortalHomepage, |after| after.r#type);
    let redirect = flow.after_completion.and_then(|after| after.redirect);
    json!({
        "after_completion": {
            "hosted_confirmation": null,
            "redirect": redirect.map(|redirect| json!({ "return_url": redirect.return_url.0 })),
            "type": completion,
        },
        "customer_update": null,
        "subscription_cancel": null,
        "subscription_update": null,
        "subscription_update_confirm": null,
        "type": flow.r#type,
    })
}

/// Returns whether a configuration lets customers use a feature.
pub(super) fn allows(configuration: &Value, feature: &str) -> bool {
    configuration.pointer(&format!("/features/{feature}/enabled")) == Some(&Value::Bool(true))
}

/// Returns the session behind a link that still works. Opening a link prolongs it.
pub(super) fn open(account: &mut Account, secret: &str) -> Option<Value> {
    let now = account.now;
    let (id, until) = account.portal_links.get_mut(secret)?;
    if *until < now {
        return None;
    }
    *until = now + OPENED;
    let id = id.clone();
    Some(account.get(&id).clone())
}
