//! Subscription schedules, of one phase: the subscription's present period. As long as one manages a subscription, the
//! subscription's end can't be changed directly. <https://docs.stripe.com/billing/subscriptions/subscription-schedules>

use serde::Deserialize;
use serde_json::{Value, json};

use super::lifecycle::{is_over, items, period};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/subscription_schedules", create),
    Endpoint::get("/v1/subscription_schedules/{schedule}", |account, call| {
        retrieve(account, call, "subscription_schedule")
    }),
    Endpoint::post("/v1/subscription_schedules/{schedule}/release", release),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    from_subscription: String,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let Create { from_subscription: id } = call.params()?;
    account.check("from_subscription", "subscription", &id)?;
    let before = account.get(&id).clone();
    if let Some(schedule) = before.maybe_text("schedule") {
        return Err(ApiError::invalid(format!(
            "You cannot migrate a subscription that is already attached to a schedule: `{schedule}`."
        )));
    }
    if is_over(account, &id) || before.text("status") == "incomplete" {
        return Err(ApiError::invalid(format!(
            "You cannot migrate a subscription that is currently in the `{}` status.",
            before.text("status")
        )));
    }
    let (start, end) = period(&before);
    let item = |item: &Value| {
        let price = item.pointer("/price/id");
        json!({
            "billing_thresholds": null,
            "discounts": [],
            "metadata": item.get("metadata"),
            "plan": price,
            "price": price,
            "quantity": item.get("quantity"),
            "tax_rates": [],
        })
    };
    let phase = json!({
        "add_invoice_items": [],
        "application_fee_percent": null,
        "billing_cycle_anchor": null,
        "billing_thresholds": null,
        "collection_method": null,
        "currency": before.get("currency"),
        "default_payment_method": null,
        "default_tax_rates": [],
        "description": null,
        "discounts": [],
        "end_date": end,
        "invoice_settings": null,
        "items": items(&before).iter().map(item).collect::<Vec<_>>(),
        "metadata": {},
        "on_behalf_of": null,
        "proration_behavior": "create_prorations",
        "start_date": start,
        "transfer_data": null,
        "trial_end": null,
    });
    let schedule = account.create(
        Kind::SubscriptionSchedule,
        json!({
            "current_phase": { "start_date": start, "end_date": end },
            "customer": before.get("customer"),
            "phases": [phase],
            "subscription": id,
        }),
    );
    account.set(&id, json!({ "schedule": schedule }));
    account.emit("subscription_schedule.created", &schedule);
    account.emit_change("customer.subscription.updated", &id, &before);
    Ok(account.get(&schedule).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    // Checked, and without effect here: no schedule sets an end.
    #[serde(rename = "preserve_cancel_date")]
    _preserve_cancel_date: Option<bool>,
}

fn release(account: &mut Account, call: &Call) -> Reply {
    let _: Release = call.params()?;
    let schedule = account.find("subscription_schedule", &call.id)?;
    let status = schedule.text("status");
    if status != "active" {
        return Err(ApiError::invalid(format!(
            "You cannot release a subscription schedule that is currently in the `{status}` status."
        )));
    }
    let subscription = schedule.text("subscription");
    let before = account.get(subscription).clone();
    let_go(account, subscription);
    account.emit_change("customer.subscription.updated", subscription, &before);
    Ok(account.get(&call.id).clone())
}

/// Releases a subscription from its schedule, if it has one, as when the last phase is over.
pub(super) fn let_go(account: &mut Account, subscription: &str) {
    let Some(schedule) = account.get(subscription).maybe_text("schedule").map(str::to_owned) else { return };
    let released = json!({
        "current_phase": null,
        "released_at": account.now,
        "released_subscription": subscription,
        "status": "released",
        "subscription": null,
    });
    account.set(&schedule, released);
    account.set(subscription, json!({ "schedule": null }));
    account.emit("subscription_schedule.released", &schedule);
}

/// Cancels the schedule of a subscription that ends, if it has one.
pub(super) fn cancel_of(account: &mut Account, subscription: &str) {
    let Some(schedule) = account.get(subscription).maybe_text("schedule").map(str::to_owned) else { return };
    let canceled = json!({ "canceled_at": account.now, "current_phase": null, "status": "canceled" });
    account.set(&schedule, canceled);
    account.emit("subscription_schedule.canceled", &schedule);
}

/// Refuses to change the end of a subscription that a schedule manages.
pub(super) fn check_end(subscription: &Value) -> Result<(), ApiError> {
    match subscription.maybe_text("schedule") {
        None => Ok(()),
        Some(schedule) => Err(ApiError::invalid(format!(
            "The subscription is managed by the subscription schedule `{schedule}`, and updating any cancelation \
             behavior directly is not allowed. Please update the schedule instead."
        ))),
    }
}
