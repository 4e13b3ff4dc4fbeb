//! Payloads for webhook endpoints of API versions before `2025-03-31` ("basil").
//! <https://docs.stripe.com/changelog/basil>

use serde_json::{Value, json};

use super::account::Account;
use super::billing::invoice_payment;
use super::objects::Fields;
use super::settlement::Owner;

/// Fields that used to be on a subscription and are now on its items.
const PERIOD: [&str; 2] = ["current_period_start", "current_period_end"];

/// The first version with the new shapes.
const BASIL: &str = "2025-03-31";

/// Returns whether a text is an API version: `2024-06-20`, `2026-09-30.endive`.
pub(crate) fn is_version(version: &str) -> bool {
    let date = version.split('.').next().unwrap_or_default();
    let digits = date.chars().enumerate().all(|(at, c)| match at {
        4 | 7 => c == '-',
        _ => c.is_ascii_digit(),
    });
    date.len() == 10 && digits
}

/// Returns whether an endpoint of `version` gets the older shapes.
pub(crate) fn is_legacy(version: &str) -> bool {
    // Dates of this form sort as texts.
    version < BASIL
}

/// Returns whether events of this type exist in `version`.
pub(crate) fn knows(version: &str, kind: &str) -> bool {
    !(is_legacy(version) && kind.starts_with("invoice_payment."))
}

/// Turns an object of the current version into its older shape.
pub(crate) fn render(account: &Account, object: &mut Value) {
    match object.text("object") {
        "checkout.session" => session(object),
        "payment_intent" => object.set("invoice", invoice_of(account, object.text("id"))),
        "charge" => object.set("invoice", invoice_of(account, object.text("payment_intent"))),
        "subscription" => subscription(object),
        "invoice" => invoice(account, object),
        _ => {}
    }
}

fn invoice_of(account: &Account, intent: &str) -> Value {
    match account.owners.get(intent) {
        Some(Owner::Invoice(id) | Owner::PartOf(id)) => id.as_str().into(),
        _ => Value::Null,
    }
}

/// Moves the period from the items back to the subscription.
fn subscription(subscription: &mut Value) {
    let first = subscription.pointer("/items/data/0").cloned().unwrap_or_default();
    for field in ["current_period_start", "current_period_end", "plan", "quantity"] {
        subscription.set(field, first.get(field).cloned().unwrap_or_default());
    }
    let items = subscription.pointer_mut("/items/data").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        remove(item, &PERIOD);
    }
    remove(subscription, &["billing_mode"]);
}

/// Rewrites the `previous_attributes` of a subscription whose period changed, as versions before "basil" show them.
pub(crate) fn render_previous(previous: &mut Value) {
    let Some(item) = previous.pointer("/items/data/0").cloned() else { return };
    for field in PERIOD {
        previous.set(field, item.get(field).cloned().unwrap_or_default());
    }
    let items = previous.pointer_mut("/items/data").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        remove(item, &PERIOD);
    }
}

fn invoice(account: &Account, object: &mut Value) {
    let details = object.pointer("/parent/subscription_details").cloned().unwrap_or_default();
    let intent = invoice_payment::intent_of(account, object.text("id"));
    let charge = intent.as_deref().and_then(|intent| account.get(intent).maybe_text("latest_charge"));
    object.set("charge", charge);
    object.set("payment_intent", intent.clone());
    object.set("paid", object.text("status") == "paid");
    object.set("subscription", details.get("subscription").cloned().unwrap_or_default());
    object.set("subscription_details", json!({ "metadata": details.get("metadata") }));
    object.set("tax", Value::Null);
    remove(object, &["parent", "total_taxes"]);
    let lines = object.pointer_mut("/lines/data").and_then(Value::as_array_mut);
    for line in lines.into_iter().flatten() {
        invoice_line(account, line);
    }
}

/// Gives a line the older shape, in which prorations and the merchant's items were invoice items.
fn invoice_line(account: &Account, line: &mut Value) {
    let of_item = line.pointer("/parent/invoice_item_details").cloned().unwrap_or_default();
    let of_subscription = line.pointer("/parent/subscription_item_details").cloned().unwrap_or_default();
    let details = if of_item.is_object() { of_item } else { of_subscription };
    let price = line.pointer("/pricing/price_details/price").and_then(Value::as_str).unwrap_or_default();
    line.set("price", account.get(price).clone());
    line.set("type", if details.maybe_text("invoice_item").is_some() { "invoiceitem" } else { "subscription" });
    for field in ["invoice_item", "subscription", "subscription_item", "proration", "proration_details"] {
        line.set(field, details.get(field).cloned().unwrap_or_default());
    }
    remove(line, &["parent", "pricing", "taxes"]);
}

fn remove(object: &mut Value, names: &[&str]) {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|name, _| !names.contains(&name.as_str()));
    }
}

fn session(session: &mut Value) {
    let shipping = session.pointer("/collected_information/shipping_details").cloned();
    remove(session, &["collected_information"]);
    session.set("shipping_details", shipping.unwrap_or_default());
    session.set("ui_mode", "hosted");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_dates_with_an_optional_name() {
        assert!(is_version("2024-06-20") && is_version("2026-09-30.endive"));
        assert!(!is_version("latest") && !is_version("2024-6-20"));
        assert!(is_legacy("2024-06-20") && is_legacy("2025-02-24.acacia"));
        assert!(!is_legacy("2025-03-31.basil") && !is_legacy("2026-09-30.endive"));
    }
}
