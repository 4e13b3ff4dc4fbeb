//! Checkout sessions: made over the API, paid on a hosted page.

pub(crate) mod api;
mod create;
pub(crate) mod page;
pub(crate) mod pay;

use serde_json::{Value, json};

use super::objects::Fields;
use super::world::World;

/// The line items of a session.
pub(crate) fn line_items(world: &World, session: &str) -> Vec<Value> {
    world.line_items.get(session).cloned().unwrap_or_default()
}

/// The session's payment went through: it is complete, or its delayed payment arrived.
pub(crate) fn paid(world: &mut World, session: &str) {
    let was_complete = world.get(session).text("status") == "complete";
    complete(world, session, "paid");
    let event = if was_complete { "checkout.session.async_payment_succeeded" } else { "checkout.session.completed" };
    world.emit(event, session);
}

/// The session's payment was refused. One that is open stays open: the customer tries again.
pub(crate) fn refused(world: &mut World, session: &str) {
    if world.get(session).text("status") == "complete" {
        world.emit("checkout.session.async_payment_failed", session);
    }
}

/// The customer has done their part; the money is `paid` or not yet.
fn complete(world: &mut World, session: &str, payment_status: &str) {
    world.set(session, json!({ "status": "complete", "payment_status": payment_status, "url": null }));
}

/// How long the link works with which an expired session can be gone on with, in seconds.
const RECOVERY: i64 = 30 * 24 * 60 * 60;

/// An open session's time is over.
pub(crate) fn expire(world: &mut World, session: &str) {
    world.set(session, json!({ "status": "expired", "url": null }));
    let (link, until) = (format!("{}/c/recover/{}", world.base_url, world.ids.next("", 24)), world.now + RECOVERY);
    let recovery = world.objects.get_mut(session).and_then(|it| it.pointer_mut("/after_expiration/recovery"));
    if let Some(recovery) = recovery.filter(|recovery| recovery.flag("enabled")) {
        recovery.set("url", link);
        recovery.set("expires_at", until);
    }
    world.emit("checkout.session.expired", session);
}
