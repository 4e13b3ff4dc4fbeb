//! Invoice items: amounts that a merchant adds to a draft, or to the next invoice of a subscription.
//! <https://docs.stripe.com/api/invoiceitems>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{life, lines};
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::{Currency, Metadata};
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/invoiceitems", create),
    Endpoint::get("/v1/invoiceitems/{invoiceitem}", |world, call| retrieve(world, call, "invoiceitem")),
    Endpoint::delete("/v1/invoiceitems/{invoiceitem}", delete),
    Endpoint::list("/v1/invoiceitems", list),
];

/// The most items that wait for one invoice.
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

fn create(world: &mut World, call: &Call) -> Reply {
    let params: Create = call.params()?;
    world.check("customer", "customer", &params.customer)?;
    life::check_currency(world, &params.customer, &params.currency.0)?;
    if let Some(subscription) = &params.subscription {
        world.check("subscription", "subscription", subscription)?;
    }
    if let Some(invoice) = &params.invoice {
        world.check("invoice", "invoice", invoice)?;
        if world.get(invoice).text("status") != "draft" {
            return Err(ApiError::invalid("Invalid invoice: This invoice is no longer editable")
                .code("invoice_not_editable")
                .param("invoice"));
        }
    }
    if pending(world, &params.customer, params.subscription.as_deref()).len() >= PENDING {
        return Err(ApiError::invalid(format!("There can be at most {PENDING} pending invoice items.")));
    }
    let now = world.now;
    let (start, end) = params.period.map_or((now, now), |period| (period.start, period.end));
    let id = world.create(
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
    world.emit("invoiceitem.created", &id);
    if let Some(invoice) = &params.invoice {
        let mut all = vec![line(world, &id)];
        all.extend(lines::of(world, invoice));
        lines::set(world, invoice, all);
    }
    Ok(world.get(&id).clone())
}

/// The items that wait for the next invoice of a subscription, newest first: its own, and those of its customer that
/// name none.
fn pending(world: &World, customer: &str, subscription: Option<&str>) -> Vec<String> {
    let waits = |item: &&Value| {
        let of = item.pointer("/parent/subscription_details/subscription").and_then(Value::as_str);
        item.maybe_text("invoice").is_none()
            && item.text("customer") == customer
            && of.is_none_or(|of| subscription == Some(of))
    };
    world.objects.newest_first("invoiceitem").filter(waits).map(|item| item.text("id").to_owned()).collect()
}

/// Takes the items that wait for this invoice of a subscription; gives their lines, newest first.
pub(super) fn collect(world: &mut World, subscription: &str, invoice: &str) -> Vec<Value> {
    let lines = pending_lines(world, subscription);
    let customer = world.text_of(subscription, "customer");
    for id in pending(world, &customer, Some(subscription)) {
        world.set(&id, json!({ "invoice": invoice }));
    }
    lines
}

/// The lines of the items that wait for the next invoice of a subscription, newest first.
pub(super) fn pending_lines(world: &mut World, subscription: &str) -> Vec<Value> {
    let customer = world.text_of(subscription, "customer");
    pending(world, &customer, Some(subscription)).iter().map(|id| line(world, id)).collect()
}

fn line(world: &mut World, id: &str) -> Value {
    let item = world.get(id).clone();
    let subscription = item.pointer("/parent/subscription_details/subscription").cloned();
    let mut line = world.build(
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

fn delete(world: &mut World, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    if world.find("invoiceitem", &call.id)?.maybe_text("invoice").is_some() {
        return Err(ApiError::invalid("This invoice item is attached to an invoice and can't be deleted here."));
    }
    world.emit("invoiceitem.deleted", &call.id);
    world.objects.remove(&call.id);
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

fn list(world: &mut World, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |item: &&Value| {
        is(item, "customer", filter.customer.as_deref())
            && is(item, "invoice", filter.invoice.as_deref())
            && filter.pending.is_none_or(|pending| item.maybe_text("invoice").is_none() == pending)
            && Created::fits(filter.created.as_ref(), item)
    };
    call.list(world.objects.newest_first("invoiceitem").filter(fits))
}
