//! The consequences of a payment for the session or invoice that it pays.

use super::account::Account;
use super::billing::collection;
use super::checkout;

/// The object that a payment intent pays.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// A Checkout session.
    Session(String),
    /// An invoice of a subscription.
    Invoice(String),
    /// A part of an invoice, by an intent that the merchant attached.
    PartOf(String),
}

/// Records that an intent succeeded.
pub(crate) fn succeeded(account: &mut Account, intent: &str) {
    match account.owners.get(intent).cloned() {
        Some(Owner::Session(session)) => checkout::paid(account, &session),
        Some(Owner::Invoice(id) | Owner::PartOf(id)) => collection::credited(account, &id, intent),
        None => {}
    }
}

/// Records that an intent's payment was refused.
pub(crate) fn failed(account: &mut Account, intent: &str) {
    match account.owners.get(intent).cloned() {
        Some(Owner::Session(session)) => checkout::refused(account, &session),
        Some(Owner::Invoice(id)) => collection::refused(account, &id),
        Some(Owner::PartOf(_)) | None => {}
    }
}

/// Records that the customer must authenticate the payment.
pub(crate) fn requires_action(account: &mut Account, intent: &str) {
    match account.owners.get(intent).cloned() {
        Some(Owner::Invoice(id)) => collection::requires_action(account, &id),
        // The hosted page leads the customer to the bank's page.
        Some(Owner::Session(_) | Owner::PartOf(_)) | None => {}
    }
}
