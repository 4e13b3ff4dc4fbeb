//! Checkout sessions: made over the API, paid on a hosted page.

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

/// The session's payment went through: it is complete, or its delayed payment arrived.
pub(crate) fn paid(account: &mut Account, session: &str) {
    let was_complete = account.get(session).text("status") == "complete";
    complete(account, session, "paid");
    let event = if was_complete { "checkout.session.async_payment_succeeded" } else { "checkout.session.completed" };
    account.emit(event, session);
}

/// The session's payment was refused. One that is open stays open: the customer tries again.
pub(crate) fn refused(account: &mut Account, session: &str) {
    if account.get(session).text("status") == "complete" {
        account.emit("checkout.session.async_payment_failed", session);
    }
}

/// The customer has done their part; the money is `paid` or not yet.
fn complete(account: &mut Account, session: &str, payment_status: &str) {
    account.set(session, json!({ "status": "complete", "payment_status": payment_status, "url": null }));
}

/// An open session's time is over.
pub(crate) fn expire(account: &mut Account, session: &str) {
    account.set(session, json!({ "status": "expired", "url": null }));
    recovery::offer(account, session);
    account.emit("checkout.session.expired", session);
}
