//! Checkout sessions, which are made over the API and paid on a hosted page.

pub(crate) mod api;
mod create;
pub(crate) mod page;
pub(crate) mod pay;
mod recovery;

use serde_json::{Value, json};

use super::account::Account;
use super::objects::Fields;

/// Returns the line items of a session.
pub(crate) fn line_items(account: &Account, session: &str) -> Vec<Value> {
    account.line_items.get(session).cloned().unwrap_or_default()
}

/// Records that a session's payment succeeded: the session is complete, or its delayed payment arrived.
pub(crate) fn paid(account: &mut Account, session: &str) {
    let was_complete = account.get(session).text("status") == "complete";
    complete(account, session, "paid");
    let event = if was_complete { "checkout.session.async_payment_succeeded" } else { "checkout.session.completed" };
    account.emit(event, session);
}

/// Records that a session's payment was refused. An open session stays open, so that the customer can try again.
pub(crate) fn refused(account: &mut Account, session: &str) {
    if account.get(session).text("status") == "complete" {
        account.emit("checkout.session.async_payment_failed", session);
    }
}

/// Completes a session whose customer has done their part. `payment_status` says whether the money is there.
fn complete(account: &mut Account, session: &str, payment_status: &str) {
    account.set(session, json!({ "status": "complete", "payment_status": payment_status, "url": null }));
}

/// Expires an open session.
pub(crate) fn expire(account: &mut Account, session: &str) {
    account.set(session, json!({ "status": "expired", "url": null }));
    recovery::offer(account, session);
    account.emit("checkout.session.expired", session);
}
