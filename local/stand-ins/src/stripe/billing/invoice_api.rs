//! Invoices over the API. <https://docs.stripe.com/api/invoices>

use serde::Deserialize;
use serde_json::Value;

use super::invoice;
use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/invoices/{invoice}", |world, call| retrieve(world, call, "invoice")),
    Endpoint::post("/v1/invoices/{invoice}/pay", pay),
    Endpoint::list("/v1/invoices", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pay {
    payment_method: Option<String>,
    off_session: Option<bool>,
}

fn pay(world: &mut World, call: &Call) -> Reply {
    let params: Pay = call.params()?;
    match world.find("invoice", &call.id)?.text("status") {
        "open" => {}
        "paid" => return Err(ApiError::invalid("Invoice is already paid").code("invoice_already_paid")),
        status => return Err(ApiError::invalid(format!("This invoice can't be paid: it is {status}."))),
    }
    // Stripe takes the customer to be absent unless told otherwise.
    invoice::pay(world, &call.id, params.payment_method.as_deref(), params.off_session.unwrap_or(true))?;
    let paid = world.get(&call.id).clone();
    if paid.text("status") == "open" {
        return Err(ApiError::card(
            "invoice_payment_intent_requires_action",
            None,
            "Payment for this invoice requires additional user action before it can be completed.",
        ));
    }
    Ok(paid)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    customer: Option<String>,
    subscription: Option<String>,
    status: Option<Status>,
    created: Option<Created>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Draft,
    Open,
    Paid,
    Uncollectible,
    Void,
}

fn list(world: &mut World, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let status = filter.status.map(|status| match status {
        Status::Draft => "draft",
        Status::Open => "open",
        Status::Paid => "paid",
        Status::Uncollectible => "uncollectible",
        Status::Void => "void",
    });
    let fits = |candidate: &&Value| {
        is(candidate, "customer", filter.customer.as_deref())
            && is(candidate, "status", status)
            && filter.subscription.as_deref().is_none_or(|wanted| invoice::subscription_of(candidate) == wanted)
            && Created::fits(filter.created.as_ref(), candidate)
    };
    call.list(world.objects.newest_first("invoice").filter(fits))
}
