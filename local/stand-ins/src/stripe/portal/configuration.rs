//! Configurations of the portal, which say what a customer may do there.
//! <https://docs.stripe.com/api/customer_portal/configurations>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Clearable, Metadata, WebUrl};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/billing_portal/configurations", create),
    Endpoint::get("/v1/billing_portal/configurations/{configuration}", |account, call| {
        retrieve(account, call, "billing_portal.configuration")
    }),
    Endpoint::post("/v1/billing_portal/configurations/{configuration}", update),
    Endpoint::list("/v1/billing_portal/configurations", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    features: Features,
    business_profile: Option<BusinessProfile>,
    default_return_url: Option<Clearable<WebUrl>>,
    name: Option<Clearable<String>>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    active: Option<bool>,
    features: Option<Features>,
    business_profile: Option<BusinessProfile>,
    default_return_url: Option<Clearable<WebUrl>>,
    name: Option<Clearable<String>>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BusinessProfile {
    headline: Option<String>,
    privacy_policy_url: Option<WebUrl>,
    terms_of_service_url: Option<WebUrl>,
}

/// The features of a configuration. Changing addresses and plans isn't simulated: these features can be named, but not
/// enabled.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Features {
    customer_update: Option<Switch>,
    invoice_history: Option<Switch>,
    payment_method_update: Option<Switch>,
    subscription_cancel: Option<Cancel>,
    subscription_update: Option<Switch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancel {
    enabled: bool,
    mode: Option<Mode>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    AtPeriodEnd,
    Immediately,
}

impl Features {
    fn apply_to(self, features: &mut Value) -> Result<(), ApiError> {
        for (name, switch) in
            [("customer_update", &self.customer_update), ("subscription_update", &self.subscription_update)]
        {
            if switch.as_ref().is_some_and(|switch| switch.enabled) {
                return Err(ApiError::parameter(format!("This stand-in does not simulate {name} in the portal."))
                    .code("stand_in_unsimulated")
                    .param(format!("features[{name}][enabled]")));
            }
        }
        for (name, switch) in
            [("invoice_history", self.invoice_history), ("payment_method_update", self.payment_method_update)]
        {
            if let (Some(switch), Some(feature)) = (switch, features.get_mut(name)) {
                feature.set("enabled", switch.enabled);
            }
        }
        if let (Some(cancel), Some(feature)) = (self.subscription_cancel, features.get_mut("subscription_cancel")) {
            feature.set("enabled", cancel.enabled);
            if let Some(mode) = cancel.mode {
                feature.set("mode", json!(mode));
            }
        }
        Ok(())
    }
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    let mut configuration = account.build(Kind::PortalConfiguration, json!({ "updated": account.now }));
    let changes = Update {
        active: None,
        features: Some(params.features),
        business_profile: params.business_profile,
        default_return_url: params.default_return_url,
        name: params.name,
        metadata: params.metadata,
    };
    apply(&mut configuration, changes)?;
    let id = configuration.text("id").to_owned();
    account.objects.insert(configuration);
    account.emit("billing_portal.configuration.created", &id);
    Ok(account.get(&id).clone())
}

fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = account.find("billing_portal.configuration", &call.id)?;
    if before.flag("is_default") && params.active == Some(false) {
        return Err(ApiError::invalid("You can't deactivate the default configuration.").param("active"));
    }
    let mut configuration = before.clone();
    apply(&mut configuration, params)?;
    configuration.set("updated", account.now);
    account.objects.insert(configuration);
    account.emit_change("billing_portal.configuration.updated", &call.id, &before);
    Ok(account.get(&call.id).clone())
}

fn apply(configuration: &mut Value, changes: Update) -> Result<(), ApiError> {
    if let Some(active) = changes.active {
        configuration.set("active", active);
    }
    if let (Some(changes), Some(features)) = (changes.features, configuration.get_mut("features")) {
        changes.apply_to(features)?;
    }
    if let (Some(profile), Some(current)) = (changes.business_profile, configuration.get_mut("business_profile")) {
        if let Some(headline) = profile.headline {
            current.set("headline", headline);
        }
        if let Some(WebUrl(url)) = profile.privacy_policy_url {
            current.set("privacy_policy_url", url);
        }
        if let Some(WebUrl(url)) = profile.terms_of_service_url {
            current.set("terms_of_service_url", url);
        }
    }
    if let Some(url) = changes.default_return_url {
        configuration.set("default_return_url", url.into_option().map(|WebUrl(url)| url));
    }
    if let Some(name) = changes.name {
        configuration.set("name", name.into_option());
    }
    if let (Some(metadata), Some(current)) = (changes.metadata, configuration.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    active: Option<bool>,
    is_default: Option<bool>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |configuration: &&Value| {
        filter.active.is_none_or(|active| configuration.flag("active") == active)
            && filter.is_default.is_none_or(|default| configuration.flag("is_default") == default)
    };
    call.list(account.objects.newest_first("billing_portal.configuration").filter(fits))
}

/// Saves the default configuration, as the merchant does in the dashboard. Returns its id.
pub(crate) fn save_default(account: &mut Account) -> String {
    if let Some(default) = default(account) {
        return default;
    }
    let mut configuration =
        account.build(Kind::PortalConfiguration, json!({ "updated": account.now, "is_default": true }));
    for feature in ["invoice_history", "payment_method_update", "subscription_cancel"] {
        if let Some(feature) = configuration.pointer_mut(&format!("/features/{feature}")) {
            feature.set("enabled", true);
        }
    }
    let id = configuration.text("id").to_owned();
    account.objects.insert(configuration);
    id
}

/// Returns the configuration that was saved in the dashboard.
pub(super) fn default(account: &Account) -> Option<String> {
    let mut all = account.objects.newest_first("billing_portal.configuration");
    all.find(|configuration| configuration.flag("is_default")).map(|found| found.text("id").to_owned())
}
