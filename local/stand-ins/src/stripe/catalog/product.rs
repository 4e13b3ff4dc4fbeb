//! Products. <https://docs.stripe.com/api/products>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::Created;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Clearable, Metadata};
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/products", create),
    Endpoint::get("/v1/products/{id}", |world, call| retrieve(world, call, "product")),
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

fn create(world: &mut World, call: &Call) -> Reply {
    let params: Create = call.params()?;
    if let Some(id) = params.id.as_deref().filter(|id| !world.get(id).is_null()) {
        return Err(ApiError::invalid(format!("Product already exists: {id}"))
            .code("resource_already_exists")
            .param("id"));
    }
    let id = world.create(
        Kind::Product,
        json!({
            "id": params.id,
            "name": params.name,
            "description": params.description,
            "active": params.active.unwrap_or(true),
            "images": params.images.unwrap_or_default(),
            "metadata": params.metadata.unwrap_or_default().into_value(),
            "updated": world.now,
        }),
    );
    world.emit("product.created", &id);
    Ok(world.get(&id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    name: Option<String>,
    description: Option<Clearable<String>>,
    active: Option<bool>,
    metadata: Option<Metadata>,
}

fn update(world: &mut World, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = world.find("product", &call.id)?;
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
    product.set("updated", world.now);
    world.objects.insert(product);
    world.emit_change("product.updated", &call.id, &before);
    Ok(world.get(&call.id).clone())
}

fn list(world: &mut World, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |product: &&Value| {
        filter.active.is_none_or(|active| product.flag("active") == active)
            && filter.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == product.text("id")))
            && Created::fits(filter.created.as_ref(), product)
    };
    call.list(world.objects.newest_first("product").filter(fits))
}
