//! Refunds, whole or in parts. <https://docs.stripe.com/api/refunds>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::method;
use super::refund_progress::{self, RefundStatus};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::Metadata;
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/refunds", create),
    Endpoint::get("/v1/refunds/{refund}", |account, call| retrieve(account, call, "refund")),
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

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    let charge = charge(account, params.payment_intent.as_deref(), params.charge.as_deref())?;
    let new = NewRefund { amount: params.amount, status: None };
    let id = refund(account, &charge, new)?;
    account.set(&id, json!({ "reason": params.reason, "metadata": params.metadata.unwrap_or_default().into_value() }));
    tell(account, &charge, &id);
    Ok(account.get(&id).clone())
}

/// A refund to make.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewRefund {
    /// The amount; the rest if none is given.
    pub amount: Option<i64>,
    /// The first status; the one that follows from the payment method if none is given.
    pub status: Option<RefundStatus>,
}

/// Returns the charge to refund.
pub(crate) fn charge(account: &Account, intent: Option<&str>, charge: Option<&str>) -> Result<String, ApiError> {
    match (intent, charge) {
        (_, Some(charge)) => account.check("charge", "charge", charge).map(|()| charge.to_owned()),
        (Some(intent), None) => {
            account.check("payment_intent", "payment_intent", intent)?;
            account.get(intent).maybe_text("latest_charge").map(str::to_owned).ok_or_else(|| {
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

/// Refunds a charge from the dashboard. Returns the refund's id.
pub(crate) fn from_dashboard(account: &mut Account, charge: &str, new: NewRefund) -> Result<String, ApiError> {
    let id = refund(account, charge, new)?;
    tell(account, charge, &id);
    Ok(id)
}

/// Refunds a charge without sending events. Returns the refund's id.
fn refund(account: &mut Account, charge_id: &str, new: NewRefund) -> Result<String, ApiError> {
    let charge = account.get(charge_id).clone();
    let left = charge.int("amount_captured") - charge.int("amount_refunded");
    if !charge.flag("paid") {
        return Err(ApiError::invalid(format!("Charge {charge_id} has not been paid.")));
    }
    if is_charged_back(account, charge_id) {
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
    let (usual, later) = method::refunds(account, &method);
    let status = new.status.unwrap_or(usual);
    let transaction = account.ids.next("txn_", 24);
    let id = account.create(
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
        account.set(&id, json!({ "pending_reason": "processing" }));
    }
    if let Some((wait, outcome)) = later.filter(|_| new.status.is_none()) {
        account.refund_outcomes.insert(id.clone(), (account.now + wait, outcome));
    }
    Ok(id)
}

/// Returns whether a dispute holds the money of a charge. <https://docs.stripe.com/disputes/responding>
fn is_charged_back(account: &Account, charge: &str) -> bool {
    let mut disputes = account.objects.newest_first("dispute");
    disputes.any(|dispute| dispute.text("charge") == charge && !dispute.flag("is_charge_refundable"))
}

/// Books the refund on its charge and sends the events of both.
fn tell(account: &mut Account, charge_id: &str, id: &str) {
    let charge = account.get(charge_id).clone();
    let refunded = charge.int("amount_refunded") + account.get(id).int("amount");
    account
        .set(charge_id, json!({ "amount_refunded": refunded, "refunded": refunded == charge.int("amount_captured") }));
    account.emit("refund.created", id);
    account.emit_change("charge.refunded", charge_id, &charge);
    if account.get(id).text("status") != "succeeded" {
        return;
    }
    // The bank's reference is known some time later.
    let before = account.get(id).clone();
    let reference = account.ids.next("", 11).to_ascii_uppercase();
    if let Some(card) = account.objects.get_mut(id).and_then(|refund| refund.pointer_mut("/destination_details/card")) {
        card.set("reference", reference);
        card.set("reference_status", "available");
    }
    refund_progress::updated(account, id, &before);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    metadata: Option<Metadata>,
}

fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let before = account.find("refund", &call.id)?;
    let mut refund = before.clone();
    if let (Some(metadata), Some(current)) = (params.metadata, refund.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    account.objects.insert(refund);
    refund_progress::updated(account, &call.id, &before);
    Ok(account.get(&call.id).clone())
}

fn cancel(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    if account.find("refund", &call.id)?.text("status") != "requires_action" {
        return Err(ApiError::invalid("Canceling this refund is unsupported."));
    }
    refund_progress::set_status(account, &call.id, RefundStatus::Canceled, None)?;
    Ok(account.get(&call.id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    charge: Option<String>,
    payment_intent: Option<String>,
    created: Option<Created>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |refund: &&Value| {
        is(refund, "charge", filter.charge.as_deref())
            && is(refund, "payment_intent", filter.payment_intent.as_deref())
            && Created::fits(filter.created.as_ref(), refund)
    };
    call.list(account.objects.newest_first("refund").filter(fits))
}
