//! Products. <https://docs.stripe.com/api/products>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::Created;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Clearable, Metadata};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/products", create),
    Endpoint::get("/v1/products/{id}", |account, call| retrieve(account, call, "product")),
    Endpoint::post("/v1/products/{id}", update),
    Endpoint::list("/v1/products", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    id: Option<String>,
    name: String,
    description: Option<String>,
    active: Option<bool>,
    images: Option<Vec<String>>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    active: Option<bool>,
    ids: Option<Vec<String>>,
    created: Option<Created>,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    if let Some(id) = params.id.as_deref().filter(|id| !account.get(id).is_null()) {
        return Err(ApiError::invalid(format!("Product already exists: {id}"))
            .code("resource_already_exists")
            .param("id"));
    }
    let id = account.create(
        Kind::Product,
        json!({
            "id": params.id,
            "name": params.name,
            "description": params.description,
            "active": params.active.unwrap_or(true),
            "images": params.images.unwrap_or_default(),
            "metadata": params.metadata.unwrap_or_default().into_value(),
            "updated": account.now,
        }),
    );
    account.emit("product.created", &id);
    Ok(account.get(&id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    name: Option<String>,
    description: Option<Clearable<String>>,
    active: Option<bool>,
    metadata: Option<Metadata>,
}

fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = account.find("product", &call.id)?;
    let mut product = before.clone();
    if let Some(name) = params.name {
        product.set("name", name);
    }
    if let Some(description) = params.description {
        product.set("description", description.into_option());
    }
    if let Some(active) = params.active {
        product.set("active", active);
    }
    if let (Some(metadata), Some(current)) = (params.metadata, product.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    product.set("updated", account.now);
    account.objects.insert(product);
    account.emit_change("product.updated", &call.id, &before);
    Ok(account.get(&call.id).clone())
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |product: &&Value| {
        filter.active.is_none_or(|active| product.flag("active") == active)
            && filter.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == product.text("id")))
            && Created::fits(filter.created.as_ref(), product)
    };
    call.list(account.objects.newest_first("product").filter(fits))
}
