//! The lines of an invoice and the sums that follow from them. <https://docs.stripe.com/api/invoices/line_item>

use serde_json::{Value, json};

use super::discount;
use crate::stripe::account::Account;
use crate::stripe::api::{Call, NoParams, Reply};
use crate::stripe::objects::Fields;

/// The number of lines that an invoice embeds in answers and events. All lines have a list of their own.
const EMBEDDED: usize = 10;

/// Gives an invoice these lines, newest first, and sums them up.
pub(super) fn set(account: &mut Account, invoice: &str, mut lines: Vec<Value>) {
    for line in &mut lines {
        line.set("invoice", invoice);
        line.set("discount_amounts", json!([]));
    }
    let subtotal: i64 = lines.iter().map(|line| line.int("amount")).sum();
    let discounts = discount::apply(account, invoice, &mut lines);
    let off: i64 = discounts.iter().map(|discount| discount.int("amount")).sum();
    let total = subtotal - off;
    let shown: Vec<_> = lines.iter().take(EMBEDDED).collect();
    account.set(
        invoice,
        json!({
            "amount_due": total.max(0),
            "amount_remaining": total.max(0),
            "lines": {
                "object": "list",
                "data": shown,
                "has_more": lines.len() > EMBEDDED,
                "total_count": lines.len(),
                "url": format!("/v1/invoices/{invoice}/lines"),
            },
            "subtotal": subtotal,
            "subtotal_excluding_tax": subtotal,
            "total": total,
            "total_discount_amounts": discounts,
            "total_excluding_tax": total,
        }),
    );
    account.invoice_lines.insert(invoice.to_owned(), lines);
}

/// Returns all lines of an invoice.
pub(super) fn of(account: &Account, invoice: &str) -> Vec<Value> {
    account.invoice_lines.get(invoice).cloned().unwrap_or_default()
}

/// Answers `GET /v1/invoices/{invoice}/lines`.
pub(super) fn list(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    account.find("invoice", &call.id)?;
    call.list(of(account, &call.id).iter())
}
