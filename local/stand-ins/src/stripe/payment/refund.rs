//! Refunds, whole or in parts. <https://docs.stripe.com/api/refunds>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::method;
use super::refund_progress::{self, RefundStatus};
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::Metadata;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/refunds", create),
    Endpoint::get("/v1/refunds/{refund}", |world, call| retrieve(world, call, "refund")),
    Endpoint::post("/v1/refunds/{refund}", update),
    Endpoint::post("/v1/refunds/{refund}/cancel", cancel),
    Endpoint::list("/v1/refunds", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    payment_intent: Option<String>,
    charge: Option<String>,
    amount: Option<i64>,
    reason: Option<Reason>,
    metadata: Option<Metadata>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Duplicate,
    Fraudulent,
    RequestedByCustomer,
}

fn create(world: &mut World, call: &Call) -> Reply {
    let params: Create = call.params()?;
    let charge = charge(world, params.payment_intent.as_deref(), params.charge.as_deref())?;
    let new = NewRefund { amount: params.amount, status: None };
    let id = refund(world, &charge, new)?;
    world.set(&id, json!({ "reason": params.reason, "metadata": params.metadata.unwrap_or_default().into_value() }));
    tell(world, &charge, &id);
    Ok(world.get(&id).clone())
}

/// What the controls may say about a refund.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewRefund {
    /// What is left, if none is given.
    pub amount: Option<i64>,
    /// How it begins; by the means of payment, if none is given.
    pub status: Option<RefundStatus>,
}

/// The charge to refund.
pub(crate) fn charge(world: &World, intent: Option<&str>, charge: Option<&str>) -> Result<String, ApiError> {
    match (intent, charge) {
        (_, Some(charge)) => world.check("charge", "charge", charge).map(|()| charge.to_owned()),
        (Some(intent), None) => {
            world.check("payment_intent", "payment_intent", intent)?;
            world.get(intent).maybe_text("latest_charge").map(str::to_owned).ok_or_else(|| {
                ApiError::invalid(format!("This PaymentIntent ({intent}) does not have a successful charge to refund."))
                    .param("payment_intent")
            })
        }
        (None, None) => Err(ApiError::parameter(
            "One of the following params should be provided for this request: payment_intent or charge.",
        )
        .code("parameter_missing")),
    }
}

/// Refunds a charge from the dashboard; gives the refund's id.
pub(crate) fn from_dashboard(world: &mut World, charge: &str, new: NewRefund) -> Result<String, ApiError> {
    let id = refund(world, charge, new)?;
    tell(world, charge, &id);
    Ok(id)
}

/// Refunds a charge, without telling it; gives the refund's id.
fn refund(world: &mut World, charge_id: &str, new: NewRefund) -> Result<String, ApiError> {
    let charge = world.get(charge_id).clone();
    let left = charge.int("amount_captured") - charge.int("amount_refunded");
    if !charge.flag("paid") {
        return Err(ApiError::invalid(format!("Charge {charge_id} has not been paid.")));
    }
    if is_charged_back(world, charge_id) {
        return Err(ApiError::invalid(format!("Charge {charge_id} has been charged back; cannot issue a refund."))
            .code("charge_disputed"));
    }
    if left == 0 {
        return Err(
            ApiError::invalid(format!("Charge {charge_id} has already been refunded.")).code("charge_already_refunded")
        );
    }
    let amount = new.amount.unwrap_or(left);
    if amount < 1 {
        return Err(ApiError::invalid("This value must be greater than or equal to 1.")
            .code("parameter_invalid_integer")
            .param("amount"));
    }
    if amount > left {
        return Err(ApiError::invalid(format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        ))
        .param("amount"));
    }
    let method = charge.text("payment_method").to_owned();
    let (usual, later) = method::refunds(world, &method);
    let status = new.status.unwrap_or(usual);
    let transaction = world.ids.next("txn_", 24);
    let id = world.create(
        Kind::Refund,
        json!({
            "amount": amount,
            "balance_transaction": transaction,
            "charge": charge_id,
            "currency": charge.get("currency"),
            "customer": charge.get("customer"),
            "payment_intent": charge.get("payment_intent"),
            "payment_method": method,
            "status": status.name(),
        }),
    );
    if status == RefundStatus::Pending {
        world.set(&id, json!({ "pending_reason": "processing" }));
    }
    if let Some((wait, outcome)) = later.filter(|_| new.status.is_none()) {
        world.refund_outcomes.insert(id.clone(), (world.now + wait, outcome));
    }
    Ok(id)
}

/// Whether a dispute holds the money of a charge. <https://docs.stripe.com/disputes/responding>
fn is_charged_back(world: &World, charge: &str) -> bool {
    let mut disputes = world.objects.newest_first("dispute");
    disputes.any(|dispute| dispute.text("charge") == charge && !dispute.flag("is_charge_refundable"))
}

/// Books the refund on its charge and tells both.
fn tell(world: &mut World, charge_id: &str, id: &str) {
    let charge = world.get(charge_id).clone();
    let refunded = charge.int("amount_refunded") + world.get(id).int("amount");
    world.set(charge_id, json!({ "amount_refunded": refunded, "refunded": refunded == charge.int("amount_captured") }));
    world.emit("refund.created", id);
    world.emit_change("charge.refunded", charge_id, &charge);
    if world.get(id).text("status") != "succeeded" {
        return;
    }
    // Some time later the bank's reference is there.
    let before = world.get(id).clone();
    let reference = world.ids.next("", 11).to_ascii_uppercase();
    if let Some(card) = world.objects.get_mut(id).and_then(|refund| refund.pointer_mut("/destination_details/card")) {
        card.set("reference", reference);
        card.set("reference_status", "available");
    }
    refund_progress::updated(world, id, &before);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    metadata: Option<Metadata>,
}

fn update(world: &mut World, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = world.find("refund", &call.id)?;
    let mut refund = before.clone();
    if let (Some(metadata), Some(current)) = (params.metadata, refund.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    world.objects.insert(refund);
    refund_progress::updated(world, &call.id, &before);
    Ok(world.get(&call.id).clone())
}

fn cancel(world: &mut World, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    if world.find("refund", &call.id)?.text("status") != "requires_action" {
        return Err(ApiError::invalid("Canceling this refund is unsupported."));
    }
    refund_progress::set_status(world, &call.id, RefundStatus::Canceled, None)?;
    Ok(world.get(&call.id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    charge: Option<String>,
    payment_intent: Option<String>,
    created: Option<Created>,
}

fn list(world: &mut World, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |refund: &&Value| {
        is(refund, "charge", filter.charge.as_deref())
            && is(refund, "payment_intent", filter.payment_intent.as_deref())
            && Created::fits(filter.created.as_ref(), refund)
    };
    call.list(world.objects.newest_first("refund").filter(fits))
}
