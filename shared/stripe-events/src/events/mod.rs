//! Decoders of events: a file for each kind of object that events are about. [`DECODERS`] lists them by event type.

mod charge_dispute;
mod charge_refunded;
mod checkout_session;
mod customer_subscription;
mod invoice;
mod invoice_payment;
mod payment_intent;
mod refund;

use pledge_domain::stripe::Fact;

use crate::wire::{Payload, Unreadable};

/// A function that decodes the object of an event.
pub type Decoder = fn(Payload<'_>) -> Result<Fact, Unreadable>;

/// The event types that this project acts on, each with the function that decodes it. [`crate::HANDLED`] lists the types
/// alone.
pub const DECODERS: &[(&str, Decoder)] = &[
    ("checkout.session.completed", checkout_session::completed),
    ("checkout.session.async_payment_succeeded", checkout_session::async_payment_succeeded),
    ("checkout.session.async_payment_failed", checkout_session::async_payment_failed),
    ("checkout.session.expired", checkout_session::expired),
    ("payment_intent.succeeded", payment_intent::succeeded),
    ("payment_intent.payment_failed", payment_intent::payment_failed),
    ("invoice.paid", invoice::paid),
    ("invoice.payment_succeeded", invoice::paid),
    ("invoice.payment_failed", invoice::payment_failed),
    ("invoice.payment_action_required", invoice::payment_action_required),
    ("invoice_payment.paid", invoice_payment::paid),
    ("customer.subscription.created", customer_subscription::changed),
    ("customer.subscription.updated", customer_subscription::changed),
    ("customer.subscription.deleted", customer_subscription::deleted),
    ("charge.refunded", charge_refunded::decode),
    ("charge.refund.updated", refund::decode),
    ("refund.created", refund::decode),
    ("refund.updated", refund::decode),
    ("refund.failed", refund::decode),
    ("charge.dispute.created", charge_dispute::decode),
    ("charge.dispute.updated", charge_dispute::decode),
    ("charge.dispute.closed", charge_dispute::decode),
    ("charge.dispute.funds_withdrawn", charge_dispute::funds_withdrawn),
    ("charge.dispute.funds_reinstated", charge_dispute::decode),
];

/// Event types that are ignored because another event has their information, each with the reason that is recorded.
pub const REDUNDANT: &[(&str, &str)] =
    &[("charge.succeeded", "the payment's own events decide"), ("charge.failed", "the payment's own events decide")];
