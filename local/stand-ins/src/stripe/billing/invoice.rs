//! Invoices of subscriptions: how they are made and what belongs to them. Their later states are in `collection`.
//! <https://docs.stripe.com/api/invoices/object>

use serde_json::{Value, json};

use super::{discount, invoice_item, lines};
use crate::stripe::account::Account;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

/// Makes a draft of a subscription that nothing advances by itself. Returns its id. It takes the prorations, invoice
/// items and discounts that waited for it. `period` is the invoice's own, which is over; the period that is paid for is
/// the line's.
pub(super) fn make(
    account: &mut Account,
    subscription_id: &str,
    reason: &str,
    (period_start, period_end): (i64, i64),
    own_lines: Vec<Value>,
) -> String {
    let subscription = account.get(subscription_id).clone();
    let customer = account.get(subscription.text("customer")).clone();
    let id = account.id(Kind::Invoice);
    account.create(
        Kind::Invoice,
        json!({
            "id": id,
            "amount_paid": 0,
            "auto_advance": false,
            "billing_reason": reason,
            "currency": subscription.get("currency"),
            "customer": customer.get("id"),
            "customer_email": customer.get("email"),
            "customer_name": customer.get("name"),
            "customer_phone": customer.get("phone"),
            "parent": {
                "quote_details": null,
                "subscription_details": {
                    // The metadata of the moment: later changes don't reach the invoice.
                    "metadata": subscription.get("metadata"),
                    "subscription": subscription_id,
                },
                "type": "subscription_details",
            },
            "period_start": period_start,
            "period_end": period_end,
            "status": "draft",
            "webhooks_delivered_at": account.now,
        }),
    );
    discount::hand_over(account, subscription_id, &id);
    let mut all = invoice_item::collect(account, subscription_id, &id);
    // Newest first.
    all.extend(account.pending_lines.remove(subscription_id).unwrap_or_default().into_iter().rev());
    all.extend(own_lines);
    lines::set(account, &id, all);
    account.set(subscription_id, json!({ "latest_invoice": id }));
    id
}

/// Returns the subscription that an invoice is for.
pub(crate) fn subscription_of(invoice: &Value) -> &str {
    let subscription = invoice.pointer("/parent/subscription_details/subscription");
    subscription.and_then(Value::as_str).unwrap_or_default()
}

/// Returns the method that pays an invoice unless another one is named.
pub(super) fn default_method(account: &Account, invoice: &str) -> Option<String> {
    let invoice = account.get(invoice);
    let of_subscription = account.get(subscription_of(invoice)).maybe_text("default_payment_method");
    let customer = account.get(invoice.text("customer"));
    let of_customer = customer.pointer("/invoice_settings/default_payment_method").and_then(Value::as_str);
    of_subscription.or(of_customer).map(str::to_owned)
}
