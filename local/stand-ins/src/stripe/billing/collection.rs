//! What becomes of an invoice: finalized, collected, paid, refused, voided, written off.
//! <https://docs.stripe.com/invoicing/integration/workflow-transitions>

use serde_json::{Value, json};

use super::invoice::{default_method, subscription_of};
use super::{invoice_payment, life};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::payment::{confirm, intent, method};
use crate::stripe::settlement::Owner;
use crate::stripe::world::World;

/// How long Stripe waits before it collects an invoice that somebody advanced by hand, in seconds.
const HOUR: i64 = 60 * 60;

/// Stripe finalizes and charges the draft by itself, `after` so many seconds from its creation.
pub(super) fn schedule(world: &mut World, id: &str, after: i64) {
    let at = world.get(id).int("created") + after;
    world.set(id, json!({ "auto_advance": true, "automatically_finalizes_at": at, "next_payment_attempt": at }));
}

/// Turns automatic collection on or off, as `auto_advance` does.
pub(super) fn set_auto_advance(world: &mut World, id: &str, advance: bool) {
    match world.get(id).text("status") {
        "draft" if advance => schedule(world, id, world.billing.draft_seconds),
        "open" if advance => world.set(id, json!({ "auto_advance": true, "next_payment_attempt": world.now + HOUR })),
        _ => world.set(
            id,
            json!({ "auto_advance": false, "automatically_finalizes_at": null, "next_payment_attempt": null }),
        ),
    }
}

/// Finalizes a draft: nothing about it changes any more, and it can be paid. Nobody is charged yet, but an invoice
/// of nothing is paid.
pub(super) fn finalize(world: &mut World, id: &str) {
    let now = world.now;
    let customer = world.get(&world.text_of(id, "customer")).clone();
    let sequence = customer.int("next_invoice_sequence").max(1);
    world.set(customer.text("id"), json!({ "next_invoice_sequence": sequence + 1 }));
    set_transition(world, id, "finalized_at");
    world.set(
        id,
        json!({
            "automatically_finalizes_at": null,
            "effective_at": now,
            "next_payment_attempt": null,
            "number": format!("{}-{sequence:04}", customer.text("invoice_prefix")),
            "status": "open",
        }),
    );
    let invoice = world.get(id).clone();
    if invoice.int("total") > 0 {
        let payment = intent::make(
            world,
            json!({
                "amount": invoice.get("total"),
                "currency": invoice.get("currency"),
                "customer": invoice.get("customer"),
                "description": description(&invoice),
                "setup_future_usage": "off_session",
            }),
        );
        world.owners.insert(payment.clone(), Owner::Invoice(id.to_owned()));
        invoice_payment::make(world, &invoice, &payment);
    }
    world.emit("invoice.finalized", id);
    if invoice.int("total") == 0 {
        paid(world, id);
    }
}

fn description(invoice: &Value) -> &'static str {
    match invoice.text("billing_reason") {
        "subscription_create" => "Subscription creation",
        _ => "Subscription update",
    }
}

/// Stripe's own attempt: a draft is finalized first. A refusal is told by events.
pub(super) fn collect(world: &mut World, id: &str) {
    if world.get(id).text("status") == "draft" {
        finalize(world, id);
    }
    let invoice = world.get(id).clone();
    if invoice.text("status") != "open" {
        return;
    }
    // Only Stripe's own attempts move the schedule of retries on.
    world.set(id, json!({ "attempt_count": invoice.int("attempt_count") + 1, "next_payment_attempt": null }));
    let _ = pay(world, id, None);
}

/// Tries to pay an invoice that is open or written off with `payment_method`, or with the one that the subscription
/// or its customer keeps.
pub(super) fn pay(world: &mut World, id: &str, payment_method: Option<&str>) -> Result<(), ApiError> {
    let Some(intent) = invoice_payment::intent_of(world, id) else {
        paid(world, id);
        return Ok(());
    };
    let customer = world.text_of(id, "customer");
    let chosen = match payment_method {
        Some(method) => Some(method::of_customer(world, "payment_method", method, &customer)?),
        None => default_method(world, id),
    };
    if let Some(chosen) = chosen {
        world.set(&intent, json!({ "payment_method": chosen, "status": "requires_confirmation" }));
    }
    if world.get(&intent).maybe_text("payment_method").is_none() {
        refused(world, id);
        return Err(ApiError::invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set one \
             and then try again.",
        ));
    }
    // A bank that wants to see the customer isn't a refusal here: the intent waits for them.
    confirm::confirm(world, &intent, false)
}

/// The invoice is paid: so is its payment, and the subscription moves on.
pub(crate) fn paid(world: &mut World, id: &str) {
    let invoice = world.get(id).clone();
    let attempts = if invoice.int("total") == 0 { 0 } else { invoice.int("attempt_count").max(1) };
    set_transition(world, id, "paid_at");
    world.set(
        id,
        json!({
            "status": "paid",
            "amount_paid": invoice.get("total"),
            "amount_remaining": 0,
            "attempted": true,
            "attempt_count": attempts,
            "next_payment_attempt": null,
            "auto_advance": false,
        }),
    );
    let payment = invoice_payment::close(world, id, "paid");
    world.emit("invoice.paid", id);
    world.emit("invoice.payment_succeeded", id);
    if let Some(payment) = payment {
        world.emit("invoice_payment.paid", &payment);
    }
    life::invoice_paid(world, subscription_of(&invoice), id);
}

/// The payment was refused, or there was nothing to pay with.
pub(crate) fn refused(world: &mut World, id: &str) {
    let invoice = world.get(id).clone();
    if !matches!(invoice.text("status"), "open" | "uncollectible") {
        return;
    }
    let attempts = invoice.int("attempt_count").max(1);
    let first = invoice.text("billing_reason") == "subscription_create";
    let stopped = first || invoice.text("status") == "uncollectible" || life::is_over(world, subscription_of(&invoice));
    let planned = invoice.get("next_payment_attempt").and_then(Value::as_i64);
    let next = planned.or_else(|| world.billing.next_attempt(world.now, attempts)).filter(|_| !stopped);
    world.set(
        id,
        json!({
            "attempted": true,
            "attempt_count": attempts,
            "auto_advance": next.is_some(),
            "next_payment_attempt": next,
        }),
    );
    world.emit("invoice.payment_failed", id);
    life::invoice_refused(world, subscription_of(&invoice), id, next.is_none() && !stopped);
}

/// The customer must authenticate the payment. A renewal is refused until they did.
pub(crate) fn requires_action(world: &mut World, id: &str) {
    world.set(id, json!({ "attempted": true }));
    world.emit("invoice.payment_action_required", id);
    if world.get(id).text("billing_reason") != "subscription_create" {
        refused(world, id);
    }
}

/// Nobody will pay this invoice any more.
pub(super) fn void(world: &mut World, id: &str) {
    if !matches!(world.get(id).text("status"), "open" | "uncollectible") {
        return;
    }
    if let Some(intent) = invoice_payment::intent_of(world, id) {
        intent::cancel_now(world, &intent, &json!("void_invoice"));
    }
    set_transition(world, id, "voided_at");
    world.set(id, json!({ "status": "void", "next_payment_attempt": null, "auto_advance": false }));
    invoice_payment::close(world, id, "canceled");
    world.emit("invoice.voided", id);
}

/// The invoice is written off; it can be paid all the same.
pub(super) fn mark_uncollectible(world: &mut World, id: &str) {
    set_transition(world, id, "marked_uncollectible_at");
    world.set(id, json!({ "status": "uncollectible", "next_payment_attempt": null, "auto_advance": false }));
    world.emit("invoice.marked_uncollectible", id);
}

/// Stops the automatic collection of what a subscription has open, as its cancellation does. Drafts go on.
/// <https://docs.stripe.com/api/subscriptions/cancel>
pub(super) fn stop(world: &mut World, subscription: &str) {
    let open = world
        .objects
        .newest_first("invoice")
        .filter(|invoice| invoice.text("status") == "open" && subscription_of(invoice) == subscription);
    let open: Vec<_> = open.map(|invoice| invoice.text("id").to_owned()).collect();
    for invoice in open {
        set_auto_advance(world, &invoice, false);
    }
}

fn set_transition(world: &mut World, id: &str, name: &str) {
    let now = world.now;
    if let Some(transitions) = world.objects.get_mut(id).and_then(|invoice| invoice.get_mut("status_transitions")) {
        transitions.set(name, now);
    }
}
