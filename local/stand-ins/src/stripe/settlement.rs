//! What follows from a payment: the session or invoice that it pays moves on.

use super::checkout;
use super::world::World;

/// What a payment intent pays.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// A Checkout session.
    Session(String),
}

/// The intent succeeded.
pub(crate) fn succeeded(world: &mut World, intent: &str) {
    match world.owners.get(intent).cloned() {
        Some(Owner::Session(session)) => checkout::paid(world, &session),
        None => {}
    }
}

/// The intent's payment was refused.
pub(crate) fn failed(world: &mut World, intent: &str) {
    match world.owners.get(intent).cloned() {
        Some(Owner::Session(session)) => checkout::refused(world, &session),
        None => {}
    }
}

/// The customer must authenticate the payment.
pub(crate) fn requires_action(world: &mut World, intent: &str) {
    match world.owners.get(intent) {
        // The hosted page leads the customer through it.
        Some(Owner::Session(_)) | None => {}
    }
    let _ = intent;
}
