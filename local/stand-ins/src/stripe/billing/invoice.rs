//! Invoices of subscriptions: how they are made and what belongs to them. What becomes of them is in `collection`.
//! <https://docs.stripe.com/api/invoices/object>

use serde_json::{Value, json};

use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

/// Makes an invoice of these lines, a draft that nothing advances by itself; gives its id.
pub(super) fn make(world: &mut World, subscription_id: &str, reason: &str, lines: Vec<Value>) -> String {
    let subscription = world.get(subscription_id).clone();
    let customer = world.get(subscription.text("customer")).clone();
    let total: i64 = lines.iter().map(|line| line.int("amount")).sum::<i64>().max(0);
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
            "auto_advance": false,
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
            "webhooks_delivered_at": world.now,
        }),
    );
    world.set(subscription_id, json!({ "latest_invoice": id }));
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

/// The subscription that an invoice is for.
pub(crate) fn subscription_of(invoice: &Value) -> &str {
    let subscription = invoice.pointer("/parent/subscription_details/subscription");
    subscription.and_then(Value::as_str).unwrap_or_default()
}

/// What pays an invoice when nothing else is said.
pub(super) fn default_method(world: &World, invoice: &str) -> Option<String> {
    let invoice = world.get(invoice);
    let of_subscription = world.get(subscription_of(invoice)).maybe_text("default_payment_method");
    let customer = world.get(invoice.text("customer"));
    let of_customer = customer.pointer("/invoice_settings/default_payment_method").and_then(Value::as_str);
    of_subscription.or(of_customer).map(str::to_owned)
}
