//! Invoices of subscriptions: made, finalized, paid, refused, voided.
//! <https://docs.stripe.com/api/invoices/object>

use serde_json::{Value, json};

use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::payment::{confirm, intent, method};
use crate::stripe::settlement::Owner;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

/// Makes and finalizes an invoice of these lines; gives its id. Stripe keeps renewals as drafts for
/// about an hour; here they are final at once.
pub(super) fn make(world: &mut World, subscription_id: &str, reason: &str, lines: Vec<Value>) -> String {
    let subscription = world.get(subscription_id).clone();
    let customer = world.get(subscription.text("customer")).clone();
    let total: i64 = lines.iter().map(|line| line.int("amount")).sum::<i64>().max(0);
    let sequence = customer.int("next_invoice_sequence").max(1);
    let period = previous_period(world, &subscription, reason);
    let id = world.id(Kind::Invoice);
    let lines: Vec<_> = lines
        .into_iter()
        .map(|mut line| {
            line.set("invoice", id.clone());
            line
        })
        .collect();
    world.create(
        Kind::Invoice,
        json!({
            "id": id,
            "amount_due": total,
            "amount_paid": 0,
            "amount_remaining": total,
            "billing_reason": reason,
            "currency": subscription.get("currency"),
            "customer": customer.get("id"),
            "customer_email": customer.get("email"),
            "customer_name": customer.get("name"),
            "customer_phone": customer.get("phone"),
            "lines": {
                "object": "list",
                "data": lines,
                "has_more": false,
                "total_count": lines.len(),
                "url": format!("/v1/invoices/{id}/lines"),
            },
            "parent": {
                "quote_details": null,
                "subscription_details": {
                    // As it was when the invoice was made: later changes don't reach it.
                    "metadata": subscription.get("metadata"),
                    "subscription": subscription_id,
                },
                "type": "subscription_details",
            },
            "period_start": period.0,
            "period_end": period.1,
            "status": "draft",
            "subtotal": total,
            "subtotal_excluding_tax": total,
            "total": total,
            "total_excluding_tax": total,
        }),
    );
    world.set(subscription_id, json!({ "latest_invoice": id }));
    world.set(customer.text("id"), json!({ "next_invoice_sequence": sequence + 1 }));
    world.emit("invoice.created", &id);
    let number = format!("{}-{sequence:04}", customer.text("invoice_prefix"));
    finalize(world, &id, &number);
    id
}

/// The period that the invoice itself names: the one that is over, not the one that is paid for
/// (that is the line's), and none at all for the first invoice.
fn previous_period(world: &World, subscription: &Value, reason: &str) -> (i64, i64) {
    match world.get(subscription.text("latest_invoice")).pointer("/lines/data/0/period") {
        Some(period) if reason == "subscription_cycle" => (period.int("start"), period.int("end")),
        _ => (world.now, world.now),
    }
}

fn finalize(world: &mut World, id: &str, number: &str) {
    let now = world.now;
    set_transition(world, id, "finalized_at");
    world.set(id, json!({ "status": "open", "number": number, "effective_at": now, "auto_advance": true }));
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
        super::invoice_payment::make(world, &invoice, &payment);
    }
    world.emit("invoice.finalized", id);
}

fn description(invoice: &Value) -> &'static str {
    match invoice.text("billing_reason") {
        "subscription_create" => "Subscription creation",
        _ => "Subscription update",
    }
}

/// Tries to pay an open invoice with `payment_method`, or with the one that the subscription or
/// its customer keeps.
pub(super) fn pay(
    world: &mut World,
    id: &str,
    payment_method: Option<&str>,
    off_session: bool,
) -> Result<(), ApiError> {
    let Some(intent) = super::invoice_payment::intent_of(world, id) else {
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
    confirm::confirm(world, &intent, off_session)
}

/// What pays an invoice when nothing else is said.
pub(super) fn default_method(world: &World, invoice: &str) -> Option<String> {
    let invoice = world.get(invoice);
    let of_subscription = world.get(subscription_of(invoice)).maybe_text("default_payment_method");
    let customer = world.get(invoice.text("customer"));
    let of_customer = customer.pointer("/invoice_settings/default_payment_method").and_then(Value::as_str);
    of_subscription.or(of_customer).map(str::to_owned)
}

/// The subscription that an invoice is for.
pub(crate) fn subscription_of(invoice: &Value) -> &str {
    let subscription = invoice.pointer("/parent/subscription_details/subscription");
    subscription.and_then(Value::as_str).unwrap_or_default()
}

/// The invoice is paid: so is its payment, and the subscription moves on.
pub(crate) fn paid(world: &mut World, id: &str) {
    let invoice = world.get(id).clone();
    set_transition(world, id, "paid_at");
    world.set(
        id,
        json!({
            "status": "paid",
            "amount_paid": invoice.get("total"),
            "amount_remaining": 0,
            "attempted": true,
            "attempt_count": invoice.int("attempt_count") + 1,
            "next_payment_attempt": null,
            "auto_advance": false,
        }),
    );
    let payment = super::invoice_payment::close(world, id, "paid");
    world.emit("invoice.paid", id);
    world.emit("invoice.payment_succeeded", id);
    if let Some(payment) = payment {
        world.emit("invoice_payment.paid", &payment);
    }
    super::life::invoice_paid(world, subscription_of(&invoice), id);
}

/// The payment was refused, or there was nothing to pay with.
pub(crate) fn refused(world: &mut World, id: &str) {
    let invoice = world.get(id).clone();
    if invoice.text("status") != "open" {
        return;
    }
    let attempts = invoice.int("attempt_count") + 1;
    let first = invoice.text("billing_reason") == "subscription_create";
    let next = super::life::next_attempt(world.now, attempts).filter(|_| !first);
    world.set(id, json!({ "attempted": true, "attempt_count": attempts, "next_payment_attempt": next }));
    world.emit("invoice.payment_failed", id);
    super::life::invoice_refused(world, subscription_of(&invoice), next.is_none() && !first);
}

/// The customer must authenticate the payment.
pub(crate) fn requires_action(world: &mut World, id: &str) {
    world.emit("invoice.payment_action_required", id);
}

/// Nobody will pay this invoice any more.
pub(super) fn void(world: &mut World, id: &str) {
    if world.get(id).text("status") != "open" {
        return;
    }
    if let Some(intent) = super::invoice_payment::intent_of(world, id) {
        intent::cancel_now(world, &intent, &json!("void_invoice"));
    }
    set_transition(world, id, "voided_at");
    world.set(id, json!({ "status": "void", "next_payment_attempt": null, "auto_advance": false }));
    super::invoice_payment::close(world, id, "canceled");
    world.emit("invoice.voided", id);
}

fn set_transition(world: &mut World, id: &str, name: &str) {
    let now = world.now;
    if let Some(transitions) = world.objects.get_mut(id).and_then(|invoice| invoice.get_mut("status_transitions")) {
        transitions.set(name, now);
    }
}
