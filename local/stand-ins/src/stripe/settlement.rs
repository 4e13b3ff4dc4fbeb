//! What follows from a payment: the session or invoice that it pays moves on.

use super::billing::collection;
use super::checkout;
use super::world::World;

/// What a payment intent pays.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// A Checkout session.
    Session(String),
    /// An invoice of a subscription.
    Invoice(String),
    /// A part of an invoice, by an intent that the merchant attached.
    PartOf(String),
}

/// The intent succeeded.
pub(crate) fn succeeded(world: &mut World, intent: &str) {
    match world.owners.get(intent).cloned() {
        Some(Owner::Session(session)) => checkout::paid(world, &session),
        Some(Owner::Invoice(id) | Owner::PartOf(id)) => collection::credited(world, &id, intent),
        None => {}
    }
}

/// The intent's payment was refused.
pub(crate) fn failed(world: &mut World, intent: &str) {
    match world.owners.get(intent).cloned() {
        Some(Owner::Session(session)) => checkout::refused(world, &session),
        Some(Owner::Invoice(id)) => collection::refused(world, &id),
        Some(Owner::PartOf(_)) | None => {}
    }
}

/// The customer must authenticate the payment.
pub(crate) fn requires_action(world: &mut World, intent: &str) {
    match world.owners.get(intent).cloned() {
        Some(Owner::Invoice(id)) => collection::requires_action(world, &id),
        // The hosted page leads the customer through it.
        Some(Owner::Session(_) | Owner::PartOf(_)) | None => {}
    }
}
