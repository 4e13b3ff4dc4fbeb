//! `POST /v1/subscriptions`. <https://docs.stripe.com/api/subscriptions/create>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PaymentBehavior, PaymentSettings, PriceData, ProrationBehavior, item, item_list, price_of};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Reply};
use crate::stripe::billing::discount::Wanted;
use crate::stripe::billing::period::Interval;
use crate::stripe::billing::{collection, discount, invoice, lifecycle};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Limited, Metadata};
use crate::stripe::payment::method;
use crate::stripe::shapes::Kind;

/// The greatest number of items of a subscription at Stripe.
const ITEMS: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    customer: String,
    items: Vec<Item>,
    payment_behavior: Option<PaymentBehavior>,
    payment_settings: Option<PaymentSettings>,
    default_payment_method: Option<String>,
    cancel_at_period_end: Option<bool>,
    discounts: Option<Vec<Wanted>>,
    trial_end: Option<i64>,
    trial_period_days: Option<i64>,
    // Checked, and without effect here.
    #[serde(rename = "off_session")]
    _off_session: Option<bool>,
    #[serde(rename = "collection_method")]
    _collection_method: Option<CollectionMethod>,
    #[serde(rename = "proration_behavior")]
    _proration_behavior: Option<ProrationBehavior>,
    #[serde(rename = "billing_mode")]
    _billing_mode: Option<BillingMode>,
    description: Option<Limited<500>>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    price: Option<String>,
    price_data: Option<PriceData>,
    quantity: Option<u64>,
    metadata: Option<Metadata>,
}

/// The way in which invoices are collected. Sending them by mail is not simulated.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CollectionMethod {
    ChargeAutomatically,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BillingMode {
    #[serde(rename = "type")]
    _type: BillingModeType,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BillingModeType {
    Classic,
    Flexible,
}

pub(super) fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    account.check("customer", "customer", &params.customer)?;
    let behavior = params.payment_behavior.unwrap_or(PaymentBehavior::Allow);
    if behavior == PaymentBehavior::Pending {
        return Err(ApiError::invalid(
            "`payment_behavior=pending_if_incomplete` is not supported when creating subscriptions.",
        )
        .param("payment_behavior"));
    }
    let method = match &params.default_payment_method {
        Some(id) => Some(method::of_customer(account, "default_payment_method", id, &params.customer)?),
        None => None,
    };
    let customer = account.get(&params.customer).clone();
    let kept = customer.pointer("/invoice_settings/default_payment_method").and_then(Value::as_str);
    let trial = params.trial_end.is_some() || params.trial_period_days.is_some();
    if behavior != PaymentBehavior::Default && !trial && method.is_none() && kept.is_none() {
        return Err(ApiError::invalid(
            "This customer has no attached payment source or default payment method. Please consider \
             adding a default payment method. For more information, visit \
             https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
        )
        .code("resource_missing"));
    }
    let prices = prices(account, &customer, params.items)?;
    if behavior == PaymentBehavior::Error {
        try_first(account, method.as_deref().or(kept))?;
    }
    let trial = trial_end(account.now, params.trial_end, params.trial_period_days)?;
    let id = build(account, &params.customer, prices, trial);
    if let Some(wanted) = &params.discounts
        && let Err(error) = discount::give(account, &id, wanted)
    {
        account.objects.remove(&id);
        return Err(error);
    }
    account.set(
        &id,
        json!({
            "cancel_at_period_end": params.cancel_at_period_end.unwrap_or(false),
            "default_payment_method": method,
            "description": params.description.map(|Limited(text)| text),
            "metadata": params.metadata.unwrap_or_default().into_value(),
        }),
    );
    let current = account.objects.get_mut(&id).and_then(|subscription| subscription.get_mut("payment_settings"));
    if let (Some(settings), Some(current)) = (params.payment_settings, current) {
        settings.apply_to(current);
    }
    account.emit("customer.subscription.created", &id);
    let period = lifecycle::period(account.get(&id));
    let lines = lifecycle::lines(account, &id, period);
    let now = account.now;
    let first = invoice::make(account, &id, "subscription_create", (now, now), lines);
    account.emit("invoice.created", &first);
    collection::finalize(account, &first);
    if account.get(&first).text("status") == "open" && behavior != PaymentBehavior::Default {
        // A refusal leaves the subscription incomplete, which the answer shows.
        let _ = collection::pay(account, &first, None);
    }
    Ok(account.get(&id).clone())
}

/// Returns the end of the trial, if there is one.
fn trial_end(now: i64, end: Option<i64>, days: Option<i64>) -> Result<Option<i64>, ApiError> {
    let end = match (end, days) {
        (Some(_), Some(_)) => {
            return Err(ApiError::parameter(
                "You may only specify one of these parameters: trial_end, trial_period_days.",
            )
            .param("trial_end"));
        }
        (end, days) => end.or_else(|| days.map(|days| now + days * 24 * 60 * 60)),
    };
    if end.is_some_and(|end| end <= now) {
        return Err(
            ApiError::invalid("Invalid timestamp: must be an integer Unix timestamp in the future.").param("trial_end")
        );
    }
    Ok(end)
}

type Priced = (String, u64, Option<Metadata>);

fn prices(account: &mut Account, customer: &Value, items: Vec<Item>) -> Result<Vec<Priced>, ApiError> {
    if items.is_empty() || items.len() > ITEMS {
        return Err(ApiError::parameter(format!("A subscription has 1 to {ITEMS} items.")).param("items"));
    }
    let mut priced: Vec<Priced> = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let at = format!("items[{index}]");
        let price = price_of(account, &at, item.price, item.price_data)?;
        let (first, this) = (priced.first().map_or(&price, |(first, ..)| first), account.get(&price));
        let first = account.get(first);
        if Interval::of(first) != Interval::of(this) || first.text("currency") != this.text("currency") {
            return Err(ApiError::invalid(
                "All prices of a subscription must have the same currency and `recurring.interval`.",
            )
            .param(format!("{at}[price]")));
        }
        lifecycle::check_currency(account, customer.text("id"), this.text("currency"))?;
        priced.push((price, item.quantity.unwrap_or(1), item.metadata));
    }
    Ok(priced)
}

/// Refuses a subscription whose first payment wouldn't succeed (`error_if_incomplete`).
fn try_first(account: &Account, method: Option<&str>) -> Result<(), ApiError> {
    match method.map(|method| method::behaviour(account, method)) {
        Some(method::Behaviour::Succeeds) | None => Ok(()),
        Some(method::Behaviour::Declines(code, decline_code)) => {
            Err(ApiError::card(code, Some(decline_code), "Your card was declined."))
        }
        Some(_) => Err(ApiError::card(
            "subscription_payment_intent_requires_action",
            None,
            "Payment for this subscription requires additional user action before it can be completed successfully.",
        )),
    }
}

fn build(account: &mut Account, customer: &str, prices: Vec<Priced>, trial_end: Option<i64>) -> String {
    let now = account.now;
    let id = account.id(Kind::Subscription);
    let first = prices.first().map(|(price, ..)| account.get(price).clone()).unwrap_or_default();
    let period = (now, trial_end.unwrap_or_else(|| Interval::of(&first).end(now, now)));
    let currency = first.get("currency").cloned().unwrap_or_default();
    let items: Vec<_> = prices
        .into_iter()
        .map(|(price, quantity, metadata)| item(account, &id, &price, quantity, metadata, period))
        .collect();
    account.create(
        Kind::Subscription,
        json!({
            "id": id,
            "billing_cycle_anchor": trial_end.unwrap_or(now),
            "currency": currency,
            "customer": customer,
            "items": item_list(&id, &items),
            "start_date": now,
            "status": if trial_end.is_some() { "trialing" } else { "incomplete" },
            "trial_end": trial_end,
            "trial_start": trial_end.map(|_| now),
        }),
    );
    account.set(customer, json!({ "currency": currency }));
    id
}
