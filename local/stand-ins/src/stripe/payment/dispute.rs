//! Disputes, which the controls make and the API shows. <https://docs.stripe.com/disputes/how-disputes-work>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refund_progress;
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/disputes/{dispute}", |account, call| retrieve(account, call, "dispute")),
    Endpoint::post("/v1/disputes/{dispute}/close", close_endpoint),
    Endpoint::list("/v1/disputes", list),
];

/// The number of days to answer a dispute.
const DAYS_TO_ANSWER: i64 = 9;

/// The fee of a dispute beside its amount, in the currency's smallest unit.
const FEE: i64 = 1500;

/// The status of a dispute. <https://docs.stripe.com/api/disputes/object#dispute_object-status>
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// An inquiry: the bank asks, and no money has moved.
    WarningNeedsResponse,
    /// An inquiry that was answered.
    WarningUnderReview,
    /// An inquiry that never became a dispute.
    WarningClosed,
    /// The money is withdrawn until the merchant wins.
    #[default]
    NeedsResponse,
    /// The bank examines the merchant's evidence.
    UnderReview,
    /// The money was returned to the merchant.
    Won,
    /// The money stays with the cardholder.
    Lost,
    /// The dispute was settled before it was opened, and the money is with the cardholder.
    Prevented,
}

impl DisputeStatus {
    fn name(self) -> String {
        json!(self).as_str().unwrap_or_default().to_owned()
    }

    fn is_inquiry(self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::WarningUnderReview | Self::WarningClosed)
    }

    fn is_closed(self) -> bool {
        matches!(self, Self::WarningClosed | Self::Won | Self::Lost | Self::Prevented)
    }

    /// Returns whether the money is with the cardholder.
    fn withdraws(self) -> bool {
        !self.is_inquiry() && self != Self::Won
    }
}

/// A dispute to open.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewDispute {
    /// The reason: `fraudulent`, `product_not_received`, …; `general` if none is given.
    pub reason: Option<String>,
    /// The disputed part of the payment; all of it if none is given.
    pub amount: Option<i64>,
    /// The first status: a chargeback, an inquiry, or already prevented or decided.
    pub status: DisputeStatus,
}

/// Opens a dispute of a charge, which may have others. Returns the dispute's id.
pub(crate) fn open(account: &mut Account, charge_id: &str, new: &NewDispute) -> Result<String, ApiError> {
    let charge = account.find("charge", charge_id)?;
    let paid = charge.int("amount_captured");
    let amount = new.amount.unwrap_or(paid);
    if !charge.flag("paid") || !(1..=paid).contains(&amount) {
        return Err(ApiError::invalid("Only a paid charge can be disputed, for its amount or a part of it."));
    }
    let now = account.now;
    let inquiry = new.status.is_inquiry();
    let case = if inquiry { "inquiry" } else { "chargeback" };
    let brand = charge.pointer("/payment_method_details/card/brand").cloned();
    let id = account.create(
        Kind::Dispute,
        json!({
            "amount": amount,
            "charge": charge_id,
            "currency": charge.get("currency"),
            "is_charge_refundable": inquiry,
            "payment_intent": charge.get("payment_intent"),
            "payment_method_details": {
                "card": { "brand": brand, "case_type": case, "network": brand, "network_reason_code": "10.4" },
                "type": "card",
            },
            "reason": new.reason.as_deref().unwrap_or("general"),
            "status": new.status.name(),
        }),
    );
    if let Some(details) = account.objects.get_mut(&id).and_then(|dispute| dispute.get_mut("evidence_details")) {
        details.set("due_by", (!new.status.is_closed()).then_some(now + DAYS_TO_ANSWER * 24 * 60 * 60));
    }
    account.set(charge_id, json!({ "disputed": true }));
    account.emit("charge.dispute.created", &id);
    if new.status.withdraws() {
        withdraw(account, &id);
    }
    if new.status.is_closed() {
        account.emit("charge.dispute.closed", &id);
    }
    Ok(id)
}

/// Changes the status of a dispute. A bank may change its decision, so one that was won can be lost, and the other way
/// round.
pub(crate) fn set_status(account: &mut Account, id: &str, status: DisputeStatus) -> Result<(), ApiError> {
    let before = account.find("dispute", id)?;
    let was: DisputeStatus = serde_json::from_value(before.get("status").cloned().unwrap_or_default())
        .map_err(|_| ApiError::invalid("This dispute has no status."))?;
    if was == status {
        return Err(ApiError::invalid(format!("This dispute is {} already.", status.name())));
    }
    if status.is_inquiry() && !was.is_inquiry() {
        return Err(ApiError::invalid("A dispute never becomes an inquiry again."));
    }
    account.set(id, json!({ "status": status.name(), "is_charge_refundable": !status.withdraws() }));
    if !status.is_closed() {
        account.emit_change("charge.dispute.updated", id, &before);
    }
    match (was.withdraws(), status.withdraws()) {
        (false, true) => withdraw(account, id),
        (true, false) => reinstate(account, id),
        _ => {}
    }
    if status.is_closed() {
        account.emit("charge.dispute.closed", id);
    }
    Ok(())
}

/// Closes a dispute with the bank's decision.
pub(crate) fn close(account: &mut Account, id: &str, won: bool) -> Result<(), ApiError> {
    if matches!(account.find("dispute", id)?.text("status"), "won" | "lost") {
        return Err(ApiError::invalid("This dispute is already closed"));
    }
    set_status(account, id, if won { DisputeStatus::Won } else { DisputeStatus::Lost })
}

/// Moves the money to the cardholder. A refund that is under way fails.
fn withdraw(account: &mut Account, id: &str) {
    let (charge, amount) = (account.text_of(id, "charge"), account.get(id).int("amount"));
    move_money(account, id, -amount, FEE);
    account.emit("charge.dispute.funds_withdrawn", id);
    refund_progress::overtaken_by_dispute(account, &charge);
}

fn reinstate(account: &mut Account, id: &str) {
    let amount = account.get(id).int("amount");
    move_money(account, id, amount, -FEE);
    account.emit("charge.dispute.funds_reinstated", id);
}

/// Adds a balance transaction to those of the dispute.
fn move_money(account: &mut Account, id: &str, amount: i64, fee: i64) {
    let transaction = account.ids.next("txn_", 24);
    let (now, currency) = (account.now, account.text_of(id, "currency"));
    let list = account.objects.get_mut(id).and_then(|dispute| dispute.get_mut("balance_transactions"));
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.push(json!({
            "id": transaction,
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": null,
            "exchange_rate": null,
            "fee": fee,
            "fee_details": [],
            "net": amount - fee,
            "reporting_category": if amount < 0 { "dispute" } else { "dispute_reversal" },
            "source": id,
            "status": "available",
            "type": "adjustment",
        }));
    }
}

/// Closes a dispute because the merchant accepts it.
fn close_endpoint(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    close(account, &call.id, false)?;
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
    let fits = |dispute: &&Value| {
        is(dispute, "charge", filter.charge.as_deref())
            && is(dispute, "payment_intent", filter.payment_intent.as_deref())
            && Created::fits(filter.created.as_ref(), dispute)
    };
    call.list(account.objects.newest_first("dispute").filter(fits))
}
