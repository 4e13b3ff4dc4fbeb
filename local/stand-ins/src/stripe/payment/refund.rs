//! Refunds, whole or in parts. <https://docs.stripe.com/api/refunds>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::Metadata;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/refunds", create),
    Endpoint::get("/v1/refunds/{refund}", |world, call| retrieve(world, call, "refund")),
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
    let metadata = params.metadata.unwrap_or_default().into_value();
    let id = refund(world, &charge, params.amount, &json!(params.reason), &metadata)?;
    Ok(world.get(&id).clone())
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

/// Refunds `amount` of a charge, or what is left of it; gives the refund's id.
pub(crate) fn refund(
    world: &mut World,
    charge_id: &str,
    amount: Option<i64>,
    reason: &Value,
    metadata: &Value,
) -> Result<String, ApiError> {
    let charge = world.get(charge_id).clone();
    let (paid, refunded) = (charge.int("amount_captured"), charge.int("amount_refunded"));
    let left = paid - refunded;
    if !charge.flag("paid") {
        return Err(ApiError::invalid(format!("Charge {charge_id} has not been paid.")));
    }
    if left == 0 {
        return Err(
            ApiError::invalid(format!("Charge {charge_id} has already been refunded.")).code("charge_already_refunded")
        );
    }
    let amount = amount.unwrap_or(left);
    if amount < 1 {
        return Err(ApiError::invalid("Invalid positive integer").code("parameter_invalid_integer").param("amount"));
    }
    if amount > left {
        return Err(ApiError::invalid(format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        ))
        .param("amount"));
    }
    let transaction = world.ids.next("txn_", 24);
    let id = world.create(
        Kind::Refund,
        json!({
            "amount": amount,
            "balance_transaction": transaction,
            "charge": charge_id,
            "currency": charge.get("currency"),
            "metadata": metadata,
            "payment_intent": charge.get("payment_intent"),
            "reason": reason,
        }),
    );
    world.set(charge_id, json!({ "amount_refunded": refunded + amount, "refunded": amount == left }));
    world.emit_change("charge.refunded", charge_id, &charge);
    world.emit("refund.created", &id);
    let before = world.get(&id).clone();
    let reference = world.ids.next("", 11).to_ascii_uppercase();
    if let Some(card) = world.objects.get_mut(&id).and_then(|refund| refund.pointer_mut("/destination_details/card")) {
        card.set("reference", reference);
        card.set("reference_status", "available");
    }
    world.emit_change("refund.updated", &id, &before);
    Ok(id)
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
