//! The later states of an invoice: finalized, collected, paid, refused, voided, written off.
//! <https://docs.stripe.com/invoicing/integration/workflow-transitions>

use serde_json::{Value, json};

use super::invoice::{default_method, subscription_of};
use super::{invoice_payment, lifecycle};
use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::payment::{confirm, intent, method, smallest};
use crate::stripe::settlement::Owner;

/// How long Stripe waits before it collects an invoice that was advanced by hand, in seconds.
const HOUR: i64 = 60 * 60;

/// Schedules that Stripe finalizes and charges a draft by itself, `after` seconds from its creation.
pub(super) fn schedule(account: &mut Account, id: &str, after: i64) {
    let at = account.get(id).int("created") + after;
    account.set(id, json!({ "auto_advance": true, "automatically_finalizes_at": at, "next_payment_attempt": at }));
}

/// Turns automatic collection on or off, as `auto_advance` does.
pub(super) fn set_auto_advance(account: &mut Account, id: &str, advance: bool) {
    match account.get(id).text("status") {
        "draft" if advance => schedule(account, id, account.billing.draft_seconds),
        "open" if advance => {
            account.set(id, json!({ "auto_advance": true, "next_payment_attempt": account.now + HOUR }));
        }
        _ => account.set(
            id,
            json!({ "auto_advance": false, "automatically_finalizes_at": null, "next_payment_attempt": null }),
        ),
    }
}

/// Finalizes a draft: it can't be changed any more, and it can be paid. Nobody is charged yet, but an invoice of amount 0
/// becomes paid.
pub(super) fn finalize(account: &mut Account, id: &str) {
    let now = account.now;
    let customer = account.get(&account.text_of(id, "customer")).clone();
    let sequence = customer.int("next_invoice_sequence").max(1);
    let (balance, total) = (customer.int("balance"), account.get(id).int("total"));
    let (due, left) = settle_balance(balance, total, customer.text("currency"));
    account.set(customer.text("id"), json!({ "balance": left, "next_invoice_sequence": sequence + 1 }));
    if left != balance {
        account.emit_change("customer.updated", customer.text("id"), &customer);
    }
    set_transition(account, id, "finalized_at");
    account.set(
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
    let invoice = account.get(id).clone();
    if due > 0 {
        let payment = intent::make(
            account,
            json!({
                "amount": due,
                "currency": invoice.get("currency"),
                "customer": invoice.get("customer"),
                "description": description(&invoice),
                "setup_future_usage": "off_session",
            }),
        );
        account.owners.insert(payment.clone(), Owner::Invoice(id.to_owned()));
        invoice_payment::make(account, id, &payment, due, true);
    }
    account.emit("invoice.finalized", id);
    if due == 0 {
        settle(account, id);
        lifecycle::invoice_paid(account, subscription_of(&invoice), id, None);
    }
}

/// Returns the amount due of `total`, and the customer's balance afterwards. A balance below zero is to the customer's
/// credit. A sum too small to be charged is put on the balance. <https://docs.stripe.com/billing/customer/balance>
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

/// Collects an invoice as Stripe does by itself. A draft is finalized first, and a refusal is reported by events.
pub(super) fn collect(account: &mut Account, id: &str) {
    if account.get(id).text("status") == "draft" {
        finalize(account, id);
    }
    let invoice = account.get(id).clone();
    if invoice.text("status") != "open" {
        return;
    }
    // Only Stripe's own attempts move the schedule of retries on.
    account.set(id, json!({ "attempt_count": invoice.int("attempt_count") + 1, "next_payment_attempt": null }));
    let _ = pay(account, id, None);
}

/// Tries to pay an invoice that is open or written off, with `payment_method` or the default of the subscription or its
/// customer.
pub(super) fn pay(account: &mut Account, id: &str, payment_method: Option<&str>) -> Result<(), ApiError> {
    let intent = invoice_payment::intent_of(account, id).unwrap_or_default();
    let customer = account.text_of(id, "customer");
    let chosen = match payment_method {
        Some(method) => Some(method::of_customer(account, "payment_method", method, &customer)?),
        None => default_method(account, id),
    };
    if let Some(chosen) = chosen {
        account.set(&intent, json!({ "payment_method": chosen, "status": "requires_confirmation" }));
    }
    if account.get(&intent).maybe_text("payment_method").is_none() {
        refused(account, id);
        return Err(ApiError::invalid(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set one \
             and then try again.",
        ));
    }
    // A bank that wants authentication doesn't refuse here: the intent waits for the customer.
    confirm::confirm(account, &intent, false)
}

/// Records that an intent paid its part of the invoice, or all of it.
pub(crate) fn credited(account: &mut Account, id: &str, intent: &str) {
    let invoice = account.get(id).clone();
    let amount = account.get(intent).int("amount_received");
    let (due, so_far) = (invoice.int("amount_due"), invoice.int("amount_paid") + amount);
    let left = (due - so_far).max(0);
    account
        .set(id, json!({ "amount_paid": so_far, "amount_remaining": left, "amount_overpaid": (so_far - due).max(0) }));
    let payment = invoice_payment::pay(account, intent, amount);
    if left == 0 {
        settle(account, id);
    } else {
        invoice_payment::ask_for(account, id, left);
    }
    if let Some(payment) = payment {
        account.emit("invoice_payment.paid", &payment);
    }
    if left == 0 {
        lifecycle::invoice_paid(account, subscription_of(&invoice), id, Some(intent));
    }
}

/// Records that the invoice is paid in full. Its other open payments are cancelled.
fn settle(account: &mut Account, id: &str) {
    let invoice = account.get(id).clone();
    let attempts = if invoice.int("amount_due") == 0 { 0 } else { invoice.int("attempt_count").max(1) };
    set_transition(account, id, "paid_at");
    account.set(
        id,
        json!({
            "status": "paid",
            "attempted": true,
            "attempt_count": attempts,
            "next_payment_attempt": null,
            "auto_advance": false,
        }),
    );
    invoice_payment::cancel_open(account, id);
    account.emit("invoice.paid", id);
    account.emit("invoice.payment_succeeded", id);
}

/// Records that the payment was refused, or that there was no method to pay with.
pub(crate) fn refused(account: &mut Account, id: &str) {
    let invoice = account.get(id).clone();
    if !matches!(invoice.text("status"), "open" | "uncollectible") {
        return;
    }
    let attempts = invoice.int("attempt_count").max(1);
    let first = invoice.text("billing_reason") == "subscription_create";
    let stopped =
        first || invoice.text("status") == "uncollectible" || lifecycle::is_over(account, subscription_of(&invoice));
    let planned = invoice.get("next_payment_attempt").and_then(Value::as_i64);
    let next = planned.or_else(|| account.billing.next_attempt(account.now, attempts)).filter(|_| !stopped);
    account.set(
        id,
        json!({
            "attempted": true,
            "attempt_count": attempts,
            "auto_advance": next.is_some(),
            "next_payment_attempt": next,
        }),
    );
    account.emit("invoice.payment_failed", id);
    lifecycle::invoice_refused(account, subscription_of(&invoice), id, next.is_none() && !stopped);
}

/// Records that the customer must authenticate the payment. A renewal is refused until they do.
pub(crate) fn requires_action(account: &mut Account, id: &str) {
    account.set(id, json!({ "attempted": true }));
    account.emit("invoice.payment_action_required", id);
    if account.get(id).text("billing_reason") != "subscription_create" {
        refused(account, id);
    }
}

/// Voids an invoice.
pub(super) fn void(account: &mut Account, id: &str) {
    if !matches!(account.get(id).text("status"), "open" | "uncollectible") {
        return;
    }
    set_transition(account, id, "voided_at");
    account.set(id, json!({ "status": "void", "next_payment_attempt": null, "auto_advance": false }));
    invoice_payment::cancel_open(account, id);
    account.emit("invoice.voided", id);
}

/// Writes an invoice off. It can still be paid.
pub(super) fn mark_uncollectible(account: &mut Account, id: &str) {
    set_transition(account, id, "marked_uncollectible_at");
    account.set(id, json!({ "status": "uncollectible", "next_payment_attempt": null, "auto_advance": false }));
    account.emit("invoice.marked_uncollectible", id);
}

/// Stops the automatic collection of a subscription's open invoices, as its cancellation does. Drafts go on.
/// <https://docs.stripe.com/api/subscriptions/cancel>
pub(super) fn stop(account: &mut Account, subscription: &str) {
    let open = account
        .objects
        .newest_first("invoice")
        .filter(|invoice| invoice.text("status") == "open" && subscription_of(invoice) == subscription);
    let open: Vec<_> = open.map(|invoice| invoice.text("id").to_owned()).collect();
    for invoice in open {
        set_auto_advance(account, &invoice, false);
    }
}

fn set_transition(account: &mut Account, id: &str, name: &str) {
    let now = account.now;
    if let Some(transitions) = account.objects.get_mut(id).and_then(|invoice| invoice.get_mut("status_transitions")) {
        transitions.set(name, now);
    }
}
