//! What becomes of an invoice: finalized, collected, paid, refused, voided, written off.
//! <https://docs.stripe.com/invoicing/integration/workflow-transitions>

use serde_json::{Value, json};

use super::invoice::{default_method, subscription_of};
use super::{invoice_payment, life};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::payment::{confirm, intent, method, smallest};
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
    let (balance, total) = (customer.int("balance"), world.get(id).int("total"));
    let (due, left) = settle_balance(balance, total, customer.text("currency"));
    world.set(customer.text("id"), json!({ "balance": left, "next_invoice_sequence": sequence + 1 }));
    if left != balance {
        world.emit_change("customer.updated", customer.text("id"), &customer);
    }
    set_transition(world, id, "finalized_at");
    world.set(
        id,
        json!({
            "amount_due": due,
            "amount_remaining": due,
            "automatically_finalizes_at": null,
            "effective_at": now,
            "ending_balance": left,
            "next_payment_attempt": null,
            "number": format!("{}-{sequence:04}", customer.text("invoice_prefix")),
            "starting_balance": balance,
            "status": "open",
        }),
    );
    let invoice = world.get(id).clone();
    if due > 0 {
        let payment = intent::make(
            world,
            json!({
                "amount": due,
                "currency": invoice.get("currency"),
                "customer": invoice.get("customer"),
                "description": description(&invoice),
                "setup_future_usage": "off_session",
            }),
        );
        world.owners.insert(payment.clone(), Owner::Invoice(id.to_owned()));
        invoice_payment::make(world, id, &payment, due, true);
    }
    world.emit("invoice.finalized", id);
    if due == 0 {
        settle(world, id);
        life::invoice_paid(world, subscription_of(&invoice), id, None);
    }
}

/// What is due of `total`, and the customer's balance afterwards. A balance below zero is what the customer has to
/// their credit. A sum too small to be charged is put on the balance.
/// <https://docs.stripe.com/billing/customer/balance>
pub(super) fn settle_balance(balance: i64, total: i64, currency: &str) -> (i64, i64) {
    let sum = balance + total;
    if sum < smallest(currency) { (0, sum) } else { (sum, 0) }
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
    let intent = invoice_payment::intent_of(world, id).unwrap_or_default();
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

/// An intent paid its part of the invoice, or all of it.
pub(crate) fn credited(world: &mut World, id: &str, intent: &str) {
    let invoice = world.get(id).clone();
    let amount = world.get(intent).int("amount_received");
    let (due, so_far) = (invoice.int("amount_due"), invoice.int("amount_paid") + amount);
    let left = (due - so_far).max(0);
    world.set(id, json!({ "amount_paid": so_far, "amount_remaining": left, "amount_overpaid": (so_far - due).max(0) }));
    let payment = invoice_payment::pay(world, intent, amount);
    if left == 0 {
        settle(world, id);
    } else {
        invoice_payment::ask_for(world, id, left);
    }
    if let Some(payment) = payment {
        world.emit("invoice_payment.paid", &payment);
    }
    if left == 0 {
        life::invoice_paid(world, subscription_of(&invoice), id, Some(intent));
    }
}

/// The invoice is paid: what else was open of it is not needed any more.
fn settle(world: &mut World, id: &str) {
    let invoice = world.get(id).clone();
    let attempts = if invoice.int("amount_due") == 0 { 0 } else { invoice.int("attempt_count").max(1) };
    set_transition(world, id, "paid_at");
    world.set(
        id,
        json!({
            "status": "paid",
            "attempted": true,
            "attempt_count": attempts,
            "next_payment_attempt": null,
            "auto_advance": false,
        }),
    );
    invoice_payment::cancel_open(world, id);
    world.emit("invoice.paid", id);
    world.emit("invoice.payment_succeeded", id);
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
    set_transition(world, id, "voided_at");
    world.set(id, json!({ "status": "void", "next_payment_attempt": null, "auto_advance": false }));
    invoice_payment::cancel_open(world, id);
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
