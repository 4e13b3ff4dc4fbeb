//! Prices. <https://docs.stripe.com/api/prices>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::{Clearable, Currency, Limited, Metadata};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/prices", create),
    Endpoint::get("/v1/prices/{price}", |account, call| retrieve(account, call, "price")),
    Endpoint::post("/v1/prices/{price}", update),
    Endpoint::list("/v1/prices", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    currency: Currency,
    unit_amount: Option<i64>,
    product: Option<String>,
    product_data: Option<ProductData>,
    recurring: Option<Recurring>,
    nickname: Option<String>,
    lookup_key: Option<Limited<200>>,
    transfer_lookup_key: Option<bool>,
    active: Option<bool>,
    metadata: Option<Metadata>,
}

/// The parameters of a product that is made along with its price.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductData {
    pub(crate) name: String,
    pub(crate) metadata: Option<Metadata>,
}

/// The interval of a recurring price.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recurring {
    interval: Interval,
    interval_count: Option<u64>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Interval {
    Day,
    Week,
    Month,
    Year,
}

impl Recurring {
    fn into_value(self) -> Value {
        json!({
            "interval": self.interval,
            "interval_count": self.interval_count.unwrap_or(1),
            "meter": null,
            "trial_period_days": null,
            "usage_type": "licensed",
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    active: Option<bool>,
    currency: Option<Currency>,
    product: Option<String>,
    r#type: Option<PriceType>,
    lookup_keys: Option<Vec<String>>,
    created: Option<Created>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PriceType {
    OneTime,
    Recurring,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    let product = product(account, "", params.product, params.product_data)?;
    if let Some(Limited(key)) = &params.lookup_key {
        release_lookup_key(account, key, params.transfer_lookup_key.unwrap_or(false))?;
    }
    let id = make(account, &params.currency, params.unit_amount, &product, params.recurring, "unit_amount")?;
    account.set(
        &id,
        json!({
            "active": params.active.unwrap_or(true),
            "lookup_key": params.lookup_key.map(|Limited(key)| key),
            "nickname": params.nickname,
            "metadata": params.metadata.unwrap_or_default().into_value(),
        }),
    );
    account.emit("price.created", &id);
    Ok(account.get(&id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    active: Option<bool>,
    nickname: Option<Clearable<String>>,
    metadata: Option<Metadata>,
}

/// Changes a price. It can be archived and unarchived, but its amount stays.
fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = account.find("price", &call.id)?;
    let mut price = before.clone();
    if let Some(active) = params.active {
        price.set("active", active);
    }
    if let Some(nickname) = params.nickname {
        price.set("nickname", nickname.into_option());
    }
    if let (Some(metadata), Some(current)) = (params.metadata, price.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    account.objects.insert(price);
    account.emit_change("price.updated", &call.id, &before);
    Ok(account.get(&call.id).clone())
}

/// Refuses a price that is archived, or whose product is. `param` is the name of the parameter with the price.
pub(crate) fn check_active(account: &Account, id: &str, param: &str) -> Result<(), ApiError> {
    let price = account.get(id);
    let product = price.text("product");
    if !price.flag("active") {
        return Err(
            ApiError::invalid("The price specified is inactive. This field only accepts active prices.").param(param)
        );
    }
    if !account.get(product).flag("active") {
        return Err(ApiError::invalid(format!("The product {product} is not active.")).param(param));
    }
    Ok(())
}

/// Returns the product of a price, an existing or a new one. `at` is the name of the parameter in errors.
pub(crate) fn product(
    account: &mut Account,
    at: &str,
    product: Option<String>,
    data: Option<ProductData>,
) -> Result<String, ApiError> {
    let name = |field: &str| if at.is_empty() { field.to_owned() } else { format!("{at}[{field}]") };
    match (product, data) {
        (Some(id), None) => account.check(&name("product"), "product", &id).map(|()| id),
        (None, Some(data)) => Ok(account.create(
            Kind::Product,
            json!({
                "name": data.name,
                "metadata": data.metadata.unwrap_or_default().into_value(),
                "updated": account.now,
            }),
        )),
        (Some(_), Some(_)) => {
            Err(ApiError::parameter("You may only specify one of these parameters: product, product_data.")
                .param(name("product")))
        }
        (None, None) => {
            Err(ApiError::parameter("You must specify either `product` or `product_data` when creating a price.")
                .code("parameter_missing")
                .param(name("product")))
        }
    }
}

/// Makes a price.
pub(crate) fn make(
    account: &mut Account,
    currency: &Currency,
    unit_amount: Option<i64>,
    product: &str,
    recurring: Option<Recurring>,
    amount_param: &str,
) -> Result<String, ApiError> {
    let amount = unit_amount.ok_or_else(|| {
        ApiError::parameter(format!("Missing required param: {amount_param}."))
            .code("parameter_missing")
            .param(amount_param)
    })?;
    if amount < 0 {
        return Err(ApiError::parameter("Invalid non-negative integer")
            .code("parameter_invalid_integer")
            .param(amount_param));
    }
    let kind = if recurring.is_some() { "recurring" } else { "one_time" };
    Ok(account.create(
        Kind::Price,
        json!({
            "currency": currency.0,
            "unit_amount": amount,
            "unit_amount_decimal": amount.to_string(),
            "product": product,
            "recurring": recurring.map(Recurring::into_value),
            "type": kind,
        }),
    ))
}

fn release_lookup_key(account: &mut Account, key: &str, transfer: bool) -> Result<(), ApiError> {
    let owner = account.objects.newest_first("price").find(|price| price.text("lookup_key") == key);
    let Some(owner) = owner.map(|price| price.text("id").to_owned()) else { return Ok(()) };
    if !transfer {
        return Err(ApiError::invalid(format!("A price (`{owner}`) already uses that lookup key.")).param("lookup_key"));
    }
    account.set(&owner, json!({ "lookup_key": null }));
    Ok(())
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let kind = filter.r#type.map(|kind| match kind {
        PriceType::OneTime => "one_time",
        PriceType::Recurring => "recurring",
    });
    let fits = |price: &&Value| {
        filter.active.is_none_or(|active| price.flag("active") == active)
            && is(price, "currency", filter.currency.as_ref().map(|Currency(code)| code.as_str()))
            && is(price, "product", filter.product.as_deref())
            && is(price, "type", kind)
            && filter.lookup_keys.as_ref().is_none_or(|keys| keys.iter().any(|key| key == price.text("lookup_key")))
            && Created::fits(filter.created.as_ref(), price)
    };
    call.list(account.objects.newest_first("price").filter(fits))
}
