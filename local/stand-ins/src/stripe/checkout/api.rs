//! Checkout sessions over the API. <https://docs.stripe.com/api/checkout/sessions>

use serde::Deserialize;
use serde_json::Value;

use super::{create::create, expire, line_items};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/checkout/sessions", create),
    Endpoint::get("/v1/checkout/sessions/{session}", |account, call| retrieve(account, call, "checkout.session")),
    Endpoint::post("/v1/checkout/sessions/{session}/expire", expire_endpoint),
    Endpoint::list("/v1/checkout/sessions/{session}/line_items", list_line_items),
    Endpoint::list("/v1/checkout/sessions", list),
];

fn expire_endpoint(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    let session = account.find("checkout.session", &call.id)?;
    if session.text("status") != "open" {
        return Err(ApiError::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout \
             Session has a status of {}.",
            session.text("status")
        )));
    }
    expire(account, &call.id);
    Ok(account.get(&call.id).clone())
}

fn list_line_items(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    account.find("checkout.session", &call.id)?;
    call.list(line_items(account, &call.id).iter())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    customer: Option<String>,
    customer_details: Option<CustomerDetails>,
    payment_intent: Option<String>,
    status: Option<Status>,
    created: Option<Created>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerDetails {
    email: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Open,
    Complete,
    Expired,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let status = filter.status.map(|status| match status {
        Status::Open => "open",
        Status::Complete => "complete",
        Status::Expired => "expired",
    });
    let fits = |session: &&Value| {
        is(session, "customer", filter.customer.as_deref())
            && is(session, "payment_intent", filter.payment_intent.as_deref())
            && is(session, "status", status)
            && filter.customer_details.as_ref().is_none_or(|details| {
                session.pointer("/customer_details/email").and_then(Value::as_str) == Some(&details.email)
            })
            && Created::fits(filter.created.as_ref(), session)
    };
    call.list(account.objects.newest_first("checkout.session").filter(fits))
}
