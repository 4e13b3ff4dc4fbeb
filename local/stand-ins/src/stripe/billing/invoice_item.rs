//! Invoice items: amounts that a merchant adds to a draft, or to the next invoice of a subscription.
//! <https://docs.stripe.com/api/invoiceitems>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{lifecycle, lines};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::{Currency, Metadata};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/invoiceitems", create),
    Endpoint::get("/v1/invoiceitems/{invoiceitem}", |account, call| retrieve(account, call, "invoiceitem")),
    Endpoint::delete("/v1/invoiceitems/{invoiceitem}", delete),
    Endpoint::list("/v1/invoiceitems", list),
];

/// The greatest number of items that wait for one invoice.
const PENDING: usize = 250;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    customer: String,
    amount: i64,
    currency: Currency,
    description: Option<String>,
    discountable: Option<bool>,
    invoice: Option<String>,
    subscription: Option<String>,
    period: Option<Period>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    start: i64,
    end: i64,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    account.check("customer", "customer", &params.customer)?;
    lifecycle::check_currency(account, &params.customer, &params.currency.0)?;
    if let Some(subscription) = &params.subscription {
        account.check("subscription", "subscription", subscription)?;
    }
    if let Some(invoice) = &params.invoice {
        account.check("invoice", "invoice", invoice)?;
        if account.get(invoice).text("status") != "draft" {
            return Err(ApiError::invalid("Invalid invoice: This invoice is no longer editable")
                .code("invoice_not_editable")
                .param("invoice"));
        }
    }
    if pending(account, &params.customer, params.subscription.as_deref()).len() >= PENDING {
        return Err(ApiError::invalid(format!("There can be at most {PENDING} pending invoice items.")));
    }
    let now = account.now;
    let (start, end) = params.period.map_or((now, now), |period| (period.start, period.end));
    let id = account.create(
        Kind::InvoiceItem,
        json!({
            "amount": params.amount,
            "currency": params.currency.0,
            "customer": params.customer,
            "date": now,
            "description": params.description,
            "discountable": params.discountable.unwrap_or(true),
            "invoice": params.invoice,
            "metadata": params.metadata.unwrap_or_default().into_value(),
            "net_amount": params.amount,
            "parent": params.subscription.map(|id| {
                json!({ "subscription_details": { "subscription": id }, "type": "subscription_details" })
            }),
            "period": { "start": start, "end": end },
        }),
    );
    account.emit("invoiceitem.created", &id);
    if let Some(invoice) = &params.invoice {
        let mut all = vec![line(account, &id)];
        all.extend(lines::of(account, invoice));
        lines::set(account, invoice, all);
    }
    Ok(account.get(&id).clone())
}

/// Returns the items that wait for the next invoice of a subscription, newest first: its own, and those of its customer
/// that name no subscription.
fn pending(account: &Account, customer: &str, subscription: Option<&str>) -> Vec<String> {
    let waits = |item: &&Value| {
        let of = item.pointer("/parent/subscription_details/subscription").and_then(Value::as_str);
        item.maybe_text("invoice").is_none()
            && item.text("customer") == customer
            && of.is_none_or(|of| subscription == Some(of))
    };
    account.objects.newest_first("invoiceitem").filter(waits).map(|item| item.text("id").to_owned()).collect()
}

/// Puts the waiting items of a subscription on this invoice. Returns their lines, newest first.
pub(super) fn collect(account: &mut Account, subscription: &str, invoice: &str) -> Vec<Value> {
    let lines = pending_lines(account, subscription);
    let customer = account.text_of(subscription, "customer");
    for id in pending(account, &customer, Some(subscription)) {
        account.set(&id, json!({ "invoice": invoice }));
    }
    lines
}

/// Returns the lines of the items that wait for the next invoice of a subscription, newest first.
pub(super) fn pending_lines(account: &mut Account, subscription: &str) -> Vec<Value> {
    let customer = account.text_of(subscription, "customer");
    pending(account, &customer, Some(subscription)).iter().map(|id| line(account, id)).collect()
}

fn line(account: &mut Account, id: &str) -> Value {
    let item = account.get(id).clone();
    let subscription = item.pointer("/parent/subscription_details/subscription").cloned();
    let mut line = account.build(
        Kind::InvoiceLineItem,
        json!({
            "amount": item.get("amount"),
            "currency": item.get("currency"),
            "description": item.get("description"),
            "discountable": item.get("discountable"),
            "metadata": item.get("metadata"),
            "parent": {
                "invoice_item_details": {
                    "invoice_item": id,
                    "proration": false,
                    "proration_details": { "credited_items": null },
                    "subscription": subscription,
                },
                "subscription_item_details": null,
                "type": "invoice_item_details",
            },
            "period": item.get("period"),
            "subtotal": item.get("amount"),
        }),
    );
    if let Some(fields) = line.as_object_mut() {
        fields.remove("created");
    }
    line
}

fn delete(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    if account.find("invoiceitem", &call.id)?.maybe_text("invoice").is_some() {
        return Err(ApiError::invalid("This invoice item is attached to an invoice and can't be deleted here."));
    }
    account.emit("invoiceitem.deleted", &call.id);
    account.objects.remove(&call.id);
    Ok(json!({ "id": call.id, "object": "invoiceitem", "deleted": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    customer: Option<String>,
    invoice: Option<String>,
    pending: Option<bool>,
    created: Option<Created>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |item: &&Value| {
        is(item, "customer", filter.customer.as_deref())
            && is(item, "invoice", filter.invoice.as_deref())
            && filter.pending.is_none_or(|pending| item.maybe_text("invoice").is_none() == pending)
            && Created::fits(filter.created.as_ref(), item)
    };
    call.list(account.objects.newest_first("invoiceitem").filter(fits))
}
