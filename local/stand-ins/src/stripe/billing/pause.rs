//! Paused collection: a subscription stays active, and the merchant chooses what happens to its new invoices.
//! <https://docs.stripe.com/billing/subscriptions/pause-payment>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::collection;
use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;

/// The parameter `pause_collection` of a subscription.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    behavior: Behavior,
    resumes_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Behavior {
    KeepAsDraft,
    MarkUncollectible,
    Void,
}

impl Pause {
    /// Returns the value that the subscription shows. A pause that would end in the past is refused.
    pub(super) fn to_value(self, now: i64) -> Result<Value, ApiError> {
        if self.resumes_at.is_some_and(|at| at <= now) {
            return Err(ApiError::invalid("`pause_collection[resumes_at]` must be in the future.")
                .param("pause_collection[resumes_at]"));
        }
        Ok(json!({ "behavior": self.behavior, "resumes_at": self.resumes_at }))
    }
}

/// Begins the collection of a renewal's draft, as the subscription's settings say.
pub(super) fn begin_collection(account: &mut Account, subscription: &Value, invoice: &str) {
    match subscription.pointer("/pause_collection/behavior").and_then(Value::as_str) {
        Some("keep_as_draft") => {}
        Some("mark_uncollectible") => {
            collection::finalize(account, invoice);
            collection::mark_uncollectible(account, invoice);
        }
        Some(_) => {
            collection::finalize(account, invoice);
            collection::void(account, invoice);
        }
        // The later invoices of an unpaid subscription stay drafts.
        None if subscription.text("status") == "unpaid" => {}
        None => {
            let after = account.billing.draft_seconds;
            collection::schedule(account, invoice, after);
        }
    }
}

/// Returns when a pause ends by itself.
pub(super) fn resumes_at(subscription: &Value) -> Option<i64> {
    subscription.pointer("/pause_collection/resumes_at").and_then(Value::as_i64)
}

/// Ends a pause whose time has come. Drafts that were kept stay drafts.
pub(super) fn resume(account: &mut Account, id: &str) {
    let before = account.get(id).clone();
    account.set(id, json!({ "pause_collection": null }));
    account.emit_change("customer.subscription.updated", id, &before);
}
