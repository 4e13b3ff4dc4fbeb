//! Whether a payment is ours by its marks alone.

use pledge_domain::stripe::StripeEvent;
use serde_json::Value;

use super::{event, source::Occurrence};

/// Returns whether the expanded payment of a refund or a dispute is marked as ours, as a preorder's or a champion's.
pub fn is_marked(payment_intent: &Value, deployment: &str) -> bool {
    let occurrence = Occurrence { kind: "payment_intent.payment_failed", at: 0 };
    let Ok(StripeEvent { fact, deployment: marked_by, .. }) = event::about(payment_intent, &occurrence, false) else {
        return false;
    };
    let keys = fact.lookup();
    let is_anothers = marked_by.is_some_and(|name| name != deployment);
    !is_anothers && (keys.preorder.is_some() || keys.champion.is_some())
}
