//! Charges. <https://docs.stripe.com/api/charges>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/charges/{charge}", |account, call| retrieve(account, call, "charge")),
    Endpoint::list("/v1/charges", list),
];

/// Makes the charge of an attempt to pay an intent. Returns its id. The intent's metadata is copied once; no other object
/// inherits metadata.
pub(crate) fn make(account: &mut Account, intent_id: &str, status: &str, error: Option<&ApiError>) -> String {
    let intent = account.get(intent_id).clone();
    let method = account.get(intent.text("payment_method")).clone();
    let paid = status == "succeeded";
    let amount = intent.int("amount");
    let transaction = account.ids.next("txn_", 24);
    let error = error.map(ApiError::to_value).unwrap_or_default();
    let outcome = json!({
        "network_status": if error.is_null() { "approved_by_network" } else { "declined_by_network" },
        "reason": error.get("decline_code"),
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": if error.is_null() { "Payment complete." } else { "The bank did not accept the payment." },
        "type": if error.is_null() { "authorized" } else { "issuer_declined" },
    });
    let id = account.create(
        Kind::Charge,
        json!({
            "amount": amount,
            "amount_captured": if paid { amount } else { 0 },
            "balance_transaction": paid.then_some(transaction),
            "billing_details": method.get("billing_details"),
            "currency": intent.get("currency"),
            "customer": intent.get("customer"),
            "description": intent.get("description"),
            "failure_code": error.get("code"),
            "failure_message": error.get("message"),
            "metadata": intent.get("metadata"),
            "outcome": outcome,
            "paid": paid,
            "payment_intent": intent_id,
            "payment_method": method.get("id"),
            "payment_method_details": method_details(&method),
            "receipt_email": intent.get("receipt_email"),
            "shipping": intent.get("shipping"),
            "status": status,
        }),
    );
    account.set(intent_id, json!({ "latest_charge": id }));
    id
}

/// Returns what a charge shows of its payment method.
fn method_details(method: &Value) -> Value {
    let kind = method.text("type");
    let details = match method.get("card") {
        Some(card) => json!({
            "amount_authorized": null,
            "authorization_code": null,
            "brand": card.get("brand"),
            "checks": card.get("checks"),
            "country": card.get("country"),
            "exp_month": card.get("exp_month"),
            "exp_year": card.get("exp_year"),
            "fingerprint": card.get("fingerprint"),
            "funding": card.get("funding"),
            "installments": null,
            "last4": card.get("last4"),
            "mandate": null,
            "network": card.get("brand"),
            "network_token": { "used": false },
            "network_transaction_id": null,
            "regulated_status": card.get("regulated_status"),
            "three_d_secure": null,
            "wallet": null,
        }),
        None => method.get(kind).cloned().unwrap_or_default(),
    };
    json!({ kind: details, "type": kind })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    customer: Option<String>,
    payment_intent: Option<String>,
    created: Option<Created>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |charge: &&Value| {
        is(charge, "customer", filter.customer.as_deref())
            && is(charge, "payment_intent", filter.payment_intent.as_deref())
            && Created::fits(filter.created.as_ref(), charge)
    };
    call.list(account.objects.newest_first("charge").filter(fits))
}
