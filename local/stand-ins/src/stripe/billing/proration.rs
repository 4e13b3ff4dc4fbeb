//! Invoice lines, and the cost of a change in the middle of a period.
//! <https://docs.stripe.com/billing/subscriptions/prorations>

use serde_json::{Value, json};

use super::invoice::subscription_of;
use super::lifecycle::{items, period};
use crate::stripe::account::Account;
use crate::stripe::html::money;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

/// Returns an invoice line for an item of a subscription.
pub(super) fn line(
    account: &mut Account,
    subscription: &str,
    item: &Value,
    amount: i64,
    (start, end): (i64, i64),
    proration: bool,
) -> Value {
    let price = item.get("price").cloned().unwrap_or_default();
    let name = account.get(price.text("product")).text("name").to_owned();
    let quantity = item.int("quantity");
    let unit = money(price.int("unit_amount"), price.text("currency"));
    let interval = price.pointer("/recurring/interval").and_then(Value::as_str).unwrap_or_default();
    let description = match (proration, amount < 0) {
        (false, _) => format!("{quantity} × {name} (at {unit} / {interval})"),
        (true, true) => format!("Unused time on {name}"),
        (true, false) => format!("Remaining time on {name}"),
    };
    let item_id = proration.then(|| account.ids.next("ii_", 24));
    let mut line = account.build(
        Kind::InvoiceLineItem,
        json!({
            "amount": amount,
            "currency": price.get("currency"),
            "description": description,
            "discountable": !proration,
            "metadata": item.get("metadata"),
            "parent": {
                "invoice_item_details": null,
                "subscription_item_details": {
                    // A proration is an invoice item internally.
                    "invoice_item": item_id,
                    "proration": proration,
                    "proration_details": { "credited_items": null },
                    "subscription": subscription,
                    "subscription_item": item.get("id"),
                },
                "type": "subscription_item_details",
            },
            "period": { "start": start, "end": end },
            "pricing": {
                "price_details": { "price": price.get("id"), "product": price.get("product") },
                "type": "price_details",
                "unit_amount_decimal": price.get("unit_amount_decimal"),
            },
            "quantity": quantity,
            "subtotal": amount,
        }),
    );
    if let Some(fields) = line.as_object_mut() {
        fields.remove("created");
    }
    line
}

/// Returns the lines for the change from `before` to the subscription's present state: unused time is credited and
/// remaining time charged, to the second.
pub(super) fn of_change(account: &mut Account, id: &str, before: &Value) -> Vec<Value> {
    let now = account.now;
    if before.text("status") == "trialing" {
        return Vec::new();
    }
    let (start, end) = period(before);
    let whole = (end - start).max(1);
    let left = (end - now).clamp(0, whole);
    let after = items(account.get(id)).to_vec();
    let share = |item: &Value| {
        let full = item.get("price").map_or(0, |price| price.int("unit_amount")) * item.int("quantity");
        (full * left + whole / 2) / whole
    };
    let old: Vec<_> = items(before).iter().filter(|item| !after.contains(item)).cloned().collect();
    let new: Vec<_> = after.iter().filter(|item| !items(before).contains(item)).cloned().collect();
    let credits = old.iter().map(|item| (item, -share(item), credited(account, id, item)));
    let charges = new.iter().map(|item| (item, share(item), Value::Null));
    let changes: Vec<_> = credits.chain(charges).collect();
    let prorated = |(item, amount, credited): (&Value, i64, Value)| {
        let mut line = line(account, id, item, amount, (now, end), true);
        if let Some(details) = line.pointer_mut("/parent/subscription_item_details/proration_details") {
            details.set("credited_items", credited);
        }
        line
    };
    changes.into_iter().map(prorated).collect()
}

/// Returns the newest line that charged an item, as a credit names it; null if none did.
fn credited(account: &Account, subscription: &str, item: &Value) -> Value {
    let charges = |line: &&Value| {
        let of = line.pointer("/parent/subscription_item_details/subscription_item");
        of == item.get("id") && line.int("amount") >= 0
    };
    let invoices = account.objects.newest_first("invoice").filter(|invoice| subscription_of(invoice) == subscription);
    let found = invoices.map(|invoice| invoice.text("id")).find_map(|invoice| {
        let line = account.invoice_lines.get(invoice)?.iter().find(charges)?;
        Some(json!({ "invoice": invoice, "invoice_line_items": [line.text("id")] }))
    });
    found.unwrap_or_default()
}
