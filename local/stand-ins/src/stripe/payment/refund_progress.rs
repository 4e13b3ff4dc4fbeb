//! The progress of a refund: it succeeds, fails, is overtaken by a dispute or cancelled.
//! <https://docs.stripe.com/refunds#failed-refunds>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;

/// The status of a refund. <https://docs.stripe.com/api/refunds/object#refund_object-status>
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// The money is under way.
    Pending,
    /// The customer must say where to send the money.
    RequiresAction,
    /// The money was sent, as far as Stripe knows.
    Succeeded,
    /// The bank returned the money to the merchant.
    Failed,
    /// The customer never said where to send the money.
    Canceled,
}

impl RefundStatus {
    /// Returns the status as the API spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    fn is_undone(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled)
    }
}

/// Changes the status of a refund. One that succeeded can fail later; one that failed or was cancelled is over.
pub(crate) fn set_status(
    account: &mut Account,
    id: &str,
    status: RefundStatus,
    failure_reason: Option<&str>,
) -> Result<(), ApiError> {
    let before = account.find("refund", id)?;
    let possible = match before.text("status") {
        "pending" | "requires_action" => true,
        "succeeded" => status == RefundStatus::Failed,
        _ => false,
    };
    if !possible || before.text("status") == status.name() {
        return Err(ApiError::invalid(format!(
            "A refund that is {} can't become {}.",
            before.text("status"),
            status.name()
        )));
    }
    account.set(id, json!({ "status": status.name() }));
    remove(account, id, "pending_reason");
    if status == RefundStatus::Failed {
        let transaction = account.ids.next("txn_", 24);
        account.set(
            id,
            json!({
                "failure_balance_transaction": transaction,
                "failure_reason": failure_reason.unwrap_or("unknown"),
            }),
        );
    }
    if status.is_undone() {
        give_back(account, &before);
    }
    updated(account, id, &before);
    if status == RefundStatus::Failed {
        account.emit("refund.failed", id);
    }
    Ok(())
}

/// Ends a refund whose time has come, unless it has ended already.
pub(crate) fn end(account: &mut Account, id: &str) {
    if let Some((_, outcome)) = account.refund_outcomes.remove(id) {
        // The refund may be over already.
        let _ = set_status(account, id, outcome, None);
    }
}

/// Makes the pending refunds of a charge fail because a dispute took its money.
pub(crate) fn overtaken_by_dispute(account: &mut Account, charge: &str) {
    let running = account
        .objects
        .newest_first("refund")
        .filter(|refund| refund.text("charge") == charge && refund.text("status") == "pending");
    let running: Vec<_> = running.map(|refund| refund.text("id").to_owned()).collect();
    for refund in running {
        // A pending refund can always fail.
        let _ = set_status(account, &refund, RefundStatus::Failed, Some("charge_for_pending_refund_disputed"));
    }
}

/// Lowers the refunded amount of the charge.
fn give_back(account: &mut Account, refund: &Value) {
    let charge = refund.text("charge");
    let left = account.get(charge).int("amount_refunded") - refund.int("amount");
    account.set(charge, json!({ "amount_refunded": left, "refunded": false }));
}

/// Sends the two events about a changed refund, the refund's and the charge's.
pub(crate) fn updated(account: &mut Account, id: &str, before: &Value) {
    account.emit_change("refund.updated", id, before);
    account.emit_change("charge.refund.updated", id, before);
}

fn remove(account: &mut Account, id: &str, field: &str) {
    if let Some(fields) = account.objects.get_mut(id).and_then(Value::as_object_mut) {
        fields.remove(field);
    }
}
