//! `POST /v1/subscriptions/{subscription}`. <https://docs.stripe.com/api/subscriptions/update>

use serde::Deserialize;
use serde_json::Value;

use super::{PaymentBehavior, PaymentSettings, PriceData, ProrationBehavior, item, item_list, price_of};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Reply};
use crate::stripe::billing::pause::Pause;
use crate::stripe::billing::period::Interval;
use crate::stripe::billing::{collection, invoice, lifecycle, proration, subscription_schedule};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Clearable, Limited, Metadata};
use crate::stripe::payment::method;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    items: Option<Vec<Item>>,
    cancel_at: Option<Clearable<i64>>,
    cancel_at_period_end: Option<bool>,
    default_payment_method: Option<Clearable<String>>,
    payment_settings: Option<PaymentSettings>,
    pause_collection: Option<Clearable<Pause>>,
    payment_behavior: Option<PaymentBehavior>,
    proration_behavior: Option<ProrationBehavior>,
    // Checked, and without effect here.
    #[serde(rename = "off_session")]
    _off_session: Option<bool>,
    description: Option<Clearable<Limited<500>>>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    id: Option<String>,
    price: Option<String>,
    price_data: Option<PriceData>,
    quantity: Option<u64>,
    deleted: Option<bool>,
    metadata: Option<Metadata>,
}

pub(super) fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = account.find("subscription", &call.id)?;
    check(&before, &params)?;
    let mut after = before.clone();
    if let Some(items) = params.items {
        after.set("items", item_list(&call.id, &changed_items(account, &before, items)?));
    }
    if let Some(cancel) = params.cancel_at_period_end {
        lifecycle::set_cancel_at_period_end(&mut after, cancel, account.now);
    }
    if let Some(at) = params.cancel_at {
        lifecycle::set_cancel_at(&mut after, at.into_option(), account.now)?;
    }
    if let Some(chosen) = params.default_payment_method {
        let customer = before.text("customer");
        let chosen = match chosen {
            Clearable::Set(id) => Some(method::of_customer(account, "default_payment_method", &id, customer)?),
            Clearable::Clear => None,
        };
        after.set("default_payment_method", chosen);
    }
    if let Some(pause) = params.pause_collection {
        let pause = pause.into_option().map(|pause| pause.to_value(account.now)).transpose()?;
        after.set("pause_collection", pause);
    }
    if let (Some(settings), Some(current)) = (params.payment_settings, after.get_mut("payment_settings")) {
        settings.apply_to(current);
    }
    if let Some(description) = params.description {
        after.set("description", description.into_option().map(|Limited(text)| text));
    }
    if let (Some(metadata), Some(current)) = (params.metadata, after.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    let changed = after.get("items") != before.get("items");
    account.objects.insert(after);
    let invoice = if changed { prorate(account, &before, params.proration_behavior) } else { None };
    account.emit_change("customer.subscription.updated", &call.id, &before);
    if let Some(invoice) = invoice.filter(|invoice| account.get(invoice).text("status") == "open") {
        // A refusal makes the subscription past due, which the answer shows.
        let _ = collection::pay(account, &invoice, None);
    }
    Ok(account.get(&call.id).clone())
}

fn check(subscription: &Value, params: &Update) -> Result<(), ApiError> {
    if params.cancel_at.is_some() && params.cancel_at_period_end.is_some() {
        return Err(ApiError::invalid(
            "Received both cancel_at_period_end and cancel_at parameters. Please pass in only one.",
        ));
    }
    let keeps_end = params.cancel_at.is_none() && params.cancel_at_period_end.is_none();
    if !keeps_end {
        subscription_schedule::check_end(subscription)?;
    }
    let only_details = params.items.is_none() && keeps_end && params.pause_collection.is_none();
    match subscription.text("status") {
        "canceled" | "incomplete_expired" if !only_details || params.default_payment_method.is_some() => {
            Err(ApiError::invalid("A canceled subscription can only update its cancellation_details and metadata."))
        }
        "incomplete" if !only_details => Err(ApiError::invalid(
            "This subscription is incomplete: until its first invoice is paid, only its metadata and \
             payment method can be updated.",
        )),
        _ => match params.payment_behavior {
            Some(PaymentBehavior::Error | PaymentBehavior::Pending) => {
                Err(ApiError::parameter("This stand-in does not simulate this payment_behavior for updates.")
                    .code("stand_in_unsimulated")
                    .param("payment_behavior"))
            }
            _ => Ok(()),
        },
    }
}

/// Returns the items after the change. An item without an id is added, as at Stripe.
pub(super) fn changed_items(account: &mut Account, before: &Value, changes: Vec<Item>) -> Result<Vec<Value>, ApiError> {
    let period = lifecycle::period(before);
    let subscription = before.text("id");
    let mut items = lifecycle::items(before).to_vec();
    for (index, change) in changes.into_iter().enumerate() {
        let at = format!("items[{index}]");
        let Some(id) = change.id else {
            let price = price_of(account, &at, change.price, change.price_data)?;
            items.push(item(account, subscription, &price, change.quantity.unwrap_or(1), change.metadata, period));
            continue;
        };
        let position = items.iter().position(|item| item.text("id") == id);
        let Some(current) = position.and_then(|position| items.get_mut(position)) else {
            return Err(ApiError::missing_in(&format!("{at}[id]"), "subscription_item", &id));
        };
        if change.deleted.unwrap_or(false) {
            items.retain(|item| item.text("id") != id);
            continue;
        }
        if change.price.is_some() || change.price_data.is_some() {
            let price = price_of(account, &at, change.price, change.price_data)?;
            let fresh = item(account, subscription, &price, 1, None, period);
            current.set("price", fresh.get("price").cloned().unwrap_or_default());
            current.set("plan", fresh.get("plan").cloned().unwrap_or_default());
        }
        if let Some(quantity) = change.quantity {
            current.set("quantity", quantity);
        }
        if let (Some(metadata), Some(current)) = (change.metadata, current.get_mut("metadata")) {
            metadata.apply_to(current);
        }
    }
    check_items(before, &items)?;
    Ok(items)
}

fn check_items(before: &Value, items: &[Value]) -> Result<(), ApiError> {
    if items.is_empty() {
        return Err(ApiError::invalid("A subscription must have at least one active item.").param("items"));
    }
    let interval = |item: &Value| item.get("price").map(Interval::of);
    let first = lifecycle::items(before).first().and_then(interval);
    if items.iter().any(|item| interval(item) != first) {
        return Err(ApiError::parameter("This stand-in does not simulate a change of the billing interval.")
            .code("stand_in_unsimulated")
            .param("items"));
    }
    let prices = |item: &Value| item.pointer("/price/id").cloned();
    let twice =
        items.iter().enumerate().any(|(at, item)| items.iter().skip(at + 1).any(|other| prices(other) == prices(item)));
    if twice {
        return Err(ApiError::invalid(
            "Cannot add multiple subscription items with the same plan: use the item's id to change it.",
        )
        .param("items"));
    }
    Ok(())
}

/// Charges the change as asked: at once (returns the invoice), with the next invoice, or not at all.
fn prorate(account: &mut Account, before: &Value, behavior: Option<ProrationBehavior>) -> Option<String> {
    let id = before.text("id");
    let behavior = behavior.unwrap_or(ProrationBehavior::CreateProrations);
    if behavior == ProrationBehavior::None {
        return None;
    }
    let lines = proration::of_change(account, id, before);
    if lines.is_empty() {
        return None;
    }
    account.pending_lines.entry(id.to_owned()).or_default().extend(lines);
    if behavior == ProrationBehavior::CreateProrations {
        return None;
    }
    let now = account.now;
    let invoice = invoice::make(account, id, "subscription_update", (now, now), Vec::new());
    account.emit("invoice.created", &invoice);
    collection::finalize(account, &invoice);
    Some(invoice)
}
