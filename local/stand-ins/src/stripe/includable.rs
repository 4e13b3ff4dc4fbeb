//! Fields that Stripe leaves out of an object unless `expand[]` asks for them.

use serde_json::{Value, json};

use super::account::Account;
use super::billing::invoice_payment;
use super::checkout;
use super::objects::Fields;

/// Returns the value of `field` of `object`, if the field is one that is shown on request only.
pub(crate) fn field(account: &Account, object: &Value, field: &str) -> Option<Value> {
    match (object.text("object"), field) {
        ("checkout.session", "line_items") => {
            let id = object.text("id");
            let items = checkout::line_items(account, id);
            Some(json!({
                "object": "list",
                "data": items,
                "has_more": false,
                "url": format!("/v1/checkout/sessions/{id}/line_items"),
            }))
        }
        ("invoice", "confirmation_secret") => {
            let intent = invoice_payment::intent_of(account, object.text("id"));
            let secret = intent.map(|intent| account.get(&intent).text("client_secret").to_owned());
            Some(secret.map_or(Value::Null, |secret| json!({ "client_secret": secret, "type": "payment_intent" })))
        }
        ("invoice", "payments") => {
            let id = object.text("id");
            let payments = invoice_payment::of(account, id);
            Some(json!({
                "object": "list",
                "data": payments,
                "has_more": false,
                "url": format!("/v1/invoice_payments?invoice={id}"),
            }))
        }
        _ => None,
    }
}
