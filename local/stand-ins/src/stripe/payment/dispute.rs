//! Disputes: made by the controls, seen over the API. <https://docs.stripe.com/api/disputes>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/disputes/{dispute}", |world, call| retrieve(world, call, "dispute")),
    Endpoint::list("/v1/disputes", list),
];

/// Days to answer a dispute.
const DAYS_TO_ANSWER: i64 = 9;

/// The card's holder disputes a charge; gives the dispute's id.
pub(crate) fn open(world: &mut World, charge_id: &str, reason: &str) -> Result<String, ApiError> {
    let charge = world.find("charge", charge_id)?;
    if !charge.flag("paid") || charge.flag("disputed") {
        return Err(ApiError::invalid("Only a paid charge without a dispute can be disputed."));
    }
    let now = world.now;
    let id = world.create(
        Kind::Dispute,
        json!({
            "amount": charge.get("amount"),
            "charge": charge_id,
            "currency": charge.get("currency"),
            "payment_intent": charge.get("payment_intent"),
            "reason": reason,
            "status": "needs_response",
        }),
    );
    if let Some(details) = world.objects.get_mut(&id).and_then(|dispute| dispute.get_mut("evidence_details")) {
        details.set("due_by", now + DAYS_TO_ANSWER * 24 * 60 * 60);
    }
    world.set(charge_id, json!({ "disputed": true }));
    world.emit("charge.dispute.created", &id);
    world.emit("charge.dispute.funds_withdrawn", &id);
    Ok(id)
}

/// The bank decides.
pub(crate) fn close(world: &mut World, id: &str, won: bool) -> Result<(), ApiError> {
    let before = world.find("dispute", id)?;
    if matches!(before.text("status"), "won" | "lost") {
        return Err(ApiError::invalid("This dispute is already closed."));
    }
    world.set(id, json!({ "status": if won { "won" } else { "lost" } }));
    world.emit_change("charge.dispute.updated", id, &before);
    world.emit("charge.dispute.closed", id);
    if won {
        world.emit("charge.dispute.funds_reinstated", id);
    }
    Ok(())
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
    let fits = |dispute: &&Value| {
        is(dispute, "charge", filter.charge.as_deref())
            && is(dispute, "payment_intent", filter.payment_intent.as_deref())
            && Created::fits(filter.created.as_ref(), dispute)
    };
    call.list(world.objects.newest_first("dispute").filter(fits))
}
