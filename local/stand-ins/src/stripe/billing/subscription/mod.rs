//! Subscriptions over the API. <https://docs.stripe.com/api/subscriptions>

mod cancel;
mod create;
mod list;
pub(super) mod preview;
mod update;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Endpoint, retrieve};
use crate::stripe::catalog::price::{self, Recurring};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Currency, Metadata};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/subscriptions", create::create),
    Endpoint::get("/v1/subscriptions/{subscription}", |account, call| retrieve(account, call, "subscription")),
    Endpoint::post("/v1/subscriptions/{subscription}", update::update),
    Endpoint::delete("/v1/subscriptions/{subscription}", cancel::cancel),
    Endpoint::list("/v1/subscriptions", list::list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceData {
    currency: Currency,
    product: String,
    unit_amount: Option<i64>,
    recurring: Recurring,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentSettings {
    payment_method_types: Option<Vec<MethodType>>,
    save_default_payment_method: Option<SaveMethod>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum MethodType {
    Card,
    Link,
    UsBankAccount,
    SepaDebit,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum SaveMethod {
    Off,
    OnSubscription,
}

/// The treatment of a first payment that doesn't succeed at once.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
enum PaymentBehavior {
    #[serde(rename = "allow_incomplete")]
    Allow,
    #[serde(rename = "default_incomplete")]
    Default,
    #[serde(rename = "error_if_incomplete")]
    Error,
    #[serde(rename = "pending_if_incomplete")]
    Pending,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum ProrationBehavior {
    AlwaysInvoice,
    CreateProrations,
    None,
}

impl PaymentSettings {
    fn apply_to(self, settings: &mut Value) {
        if let Some(types) = self.payment_method_types {
            settings.set("payment_method_types", json!(types));
        }
        if let Some(save) = self.save_default_payment_method {
            settings.set("save_default_payment_method", json!(save));
        }
    }
}

/// Returns the id of the recurring price of an item. `at` is the item's name in errors.
fn price_of(
    account: &mut Account,
    at: &str,
    price: Option<String>,
    data: Option<PriceData>,
) -> Result<String, ApiError> {
    let id = match (price, data) {
        (Some(id), None) => {
            account.check(&format!("{at}[price]"), "price", &id)?;
            id
        }
        (None, Some(data)) => {
            account.check(&format!("{at}[price_data][product]"), "product", &data.product)?;
            let amount = format!("{at}[price_data][unit_amount]");
            price::make(account, &data.currency, data.unit_amount, &data.product, Some(data.recurring), &amount)?
        }
        _ => {
            return Err(ApiError::parameter("Each item must have exactly one of `price` and `price_data`.")
                .code("parameter_missing")
                .param(format!("{at}[price]")));
        }
    };
    let price = account.get(&id);
    if price.text("type") != "recurring" {
        return Err(ApiError::invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
        )
        .param(format!("{at}[price]")));
    }
    price::check_active(account, &id, &format!("{at}[price]"))?;
    Ok(id)
}

/// Returns a subscription item.
fn item(
    account: &mut Account,
    subscription: &str,
    price: &str,
    quantity: u64,
    metadata: Option<Metadata>,
    (start, end): (i64, i64),
) -> Value {
    let price = account.get(price).clone();
    let recurring = price.get("recurring").cloned().unwrap_or_default();
    let plan = Kind::Plan.with(json!({
        "id": price.get("id"),
        "amount": price.get("unit_amount"),
        "amount_decimal": price.get("unit_amount_decimal"),
        "created": price.get("created"),
        "currency": price.get("currency"),
        "interval": recurring.get("interval"),
        "interval_count": recurring.get("interval_count"),
        "product": price.get("product"),
    }));
    account.build(
        Kind::SubscriptionItem,
        json!({
            "current_period_start": start,
            "current_period_end": end,
            "metadata": metadata.unwrap_or_default().into_value(),
            "plan": plan,
            "price": price,
            "quantity": quantity,
            "subscription": subscription,
        }),
    )
}

/// Returns the list of items of a subscription.
fn item_list(subscription: &str, items: &[Value]) -> Value {
    json!({
        "object": "list",
        "data": items,
        "has_more": false,
        "total_count": items.len(),
        "url": format!("/v1/subscription_items?subscription={subscription}"),
    })
}
