//! Customers. <https://docs.stripe.com/api/customers>

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::api::{Call, Endpoint, NoParams, Reply};
use super::billing::lifecycle;
use super::error::ApiError;
use super::filters::Created;
use super::objects::Fields;
use super::params::{Clearable, Email, Limited, Metadata};
use super::payment::method;
use super::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/customers", create),
    Endpoint::get("/v1/customers/{customer}", retrieve),
    Endpoint::post("/v1/customers/{customer}", update),
    Endpoint::delete("/v1/customers/{customer}", delete),
    Endpoint::list("/v1/customers", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    email: Option<Clearable<Email>>,
    name: Option<Clearable<Limited<256>>>,
    phone: Option<Clearable<Limited<20>>>,
    description: Option<Clearable<String>>,
    metadata: Option<Metadata>,
    preferred_locales: Option<Vec<String>>,
    payment_method: Option<String>,
    invoice_settings: Option<InvoiceSettings>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    email: Option<Clearable<Email>>,
    name: Option<Clearable<Limited<256>>>,
    phone: Option<Clearable<Limited<20>>>,
    description: Option<Clearable<String>>,
    metadata: Option<Metadata>,
    preferred_locales: Option<Vec<String>>,
    invoice_settings: Option<InvoiceSettings>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceSettings {
    default_payment_method: Option<Clearable<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// The address to look for. It is compared exactly, with upper and lower case, as Stripe does.
    email: Option<String>,
    created: Option<Created>,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    let prefix = account.ids.next("", 8).to_ascii_uppercase();
    let id = account.create(Kind::Customer, json!({ "invoice_prefix": prefix }));
    if let Some(payment_method) = &params.payment_method {
        method::attach(account, "payment_method", payment_method, &id)?;
    }
    let update = Update {
        email: params.email,
        name: params.name,
        phone: params.phone,
        description: params.description,
        metadata: params.metadata,
        preferred_locales: params.preferred_locales,
        invoice_settings: params.invoice_settings,
    };
    if let Err(error) = apply(account, &id, update) {
        account.objects.remove(&id);
        return Err(error);
    }
    account.emit("customer.created", &id);
    Ok(account.get(&id).clone())
}

/// Returns a customer. Of one that was deleted, it returns the little that is left.
fn retrieve(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    match account.get(&call.id) {
        customer if customer.text("object") == "customer" => Ok(customer.clone()),
        _ => Err(ApiError::missing("id", "customer", &call.id)),
    }
}

fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = account.find("customer", &call.id)?;
    apply(account, &call.id, params)?;
    account.emit_change("customer.updated", &call.id, &before);
    Ok(account.get(&call.id).clone())
}

fn apply(account: &mut Account, id: &str, params: Update) -> Result<(), ApiError> {
    let mut customer = account.get(id).clone();
    if let Some(email) = params.email {
        customer.set("email", email.into_option().map(|Email(email)| email));
    }
    if let Some(name) = params.name {
        customer.set("name", name.into_option().map(|Limited(name)| name));
    }
    if let Some(phone) = params.phone {
        customer.set("phone", phone.into_option().map(|Limited(phone)| phone));
    }
    if let Some(description) = params.description {
        customer.set("description", description.into_option());
    }
    if let Some(locales) = params.preferred_locales {
        customer.set("preferred_locales", locales);
    }
    if let (Some(metadata), Some(current)) = (params.metadata, customer.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    if let Some(chosen) = params.invoice_settings.and_then(|settings| settings.default_payment_method) {
        let chosen = match chosen {
            Clearable::Set(method) => {
                Some(method::of_customer(account, "invoice_settings[default_payment_method]", &method, id)?)
            }
            Clearable::Clear => None,
        };
        if let Some(settings) = customer.get_mut("invoice_settings") {
            settings.set("default_payment_method", chosen);
        }
    }
    account.objects.insert(customer);
    Ok(())
}

fn delete(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    account.find("customer", &call.id)?;
    remove(account, &call.id);
    Ok(account.get(&call.id).clone())
}

/// Deletes a customer: the subscriptions end at once, the methods are detached, and the rest says only that the customer
/// was deleted. <https://docs.stripe.com/api/customers/delete>
pub(crate) fn remove(account: &mut Account, id: &str) {
    lifecycle::cancel_all_of(account, id);
    method::forget(account, id);
    account.emit("customer.deleted", id);
    account.objects.insert(json!({ "id": id, "object": "customer", "deleted": true }));
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |customer: &&Value| {
        !customer.flag("deleted")
            && filter.email.as_deref().is_none_or(|email| customer.text("email") == email)
            && Created::fits(filter.created.as_ref(), customer)
    };
    call.list(account.objects.newest_first("customer").filter(fits))
}
