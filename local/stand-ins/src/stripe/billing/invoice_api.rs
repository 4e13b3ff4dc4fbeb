//! Invoices over the API. <https://docs.stripe.com/api/invoices>

use serde::Deserialize;
use serde_json::Value;

use super::subscription::preview::preview;
use super::{collection, invoice, lines, parts};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::{Clearable, Metadata};

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/invoices/create_preview", preview),
    Endpoint::get("/v1/invoices/{invoice}", |account, call| retrieve(account, call, "invoice")),
    Endpoint::post("/v1/invoices/{invoice}", update),
    Endpoint::list("/v1/invoices/{invoice}/lines", lines::list),
    Endpoint::post("/v1/invoices/{invoice}/attach_payment", attach_payment),
    Endpoint::post("/v1/invoices/{invoice}/finalize", finalize),
    Endpoint::post("/v1/invoices/{invoice}/pay", pay),
    Endpoint::post("/v1/invoices/{invoice}/void", void),
    Endpoint::post("/v1/invoices/{invoice}/mark_uncollectible", mark_uncollectible),
    Endpoint::list("/v1/invoices", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    auto_advance: Option<bool>,
    description: Option<Clearable<String>>,
    metadata: Option<Metadata>,
}

fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let mut invoice = account.find("invoice", &call.id)?;
    if let Some(description) = params.description {
        if invoice.text("status") != "draft" {
            return Err(ApiError::invalid("Finalized invoices can't be updated in this way").param("description"));
        }
        invoice.set("description", description.into_option());
    }
    if let (Some(metadata), Some(current)) = (params.metadata, invoice.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    account.objects.insert(invoice);
    if let Some(advance) = params.auto_advance {
        collection::set_auto_advance(account, &call.id, advance);
    }
    Ok(account.get(&call.id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finalize {
    auto_advance: Option<bool>,
}

fn finalize(account: &mut Account, call: &Call) -> Reply {
    let params: Finalize = call.params()?;
    let invoice = account.find("invoice", &call.id)?;
    if invoice.text("status") != "draft" {
        return Err(ApiError::invalid("This invoice is already finalized, you can't re-finalize a non-draft invoice."));
    }
    let advance = params.auto_advance.unwrap_or(invoice.flag("auto_advance"));
    collection::finalize(account, &call.id);
    if account.get(&call.id).text("status") == "open" {
        collection::set_auto_advance(account, &call.id, advance);
    }
    Ok(account.get(&call.id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pay {
    payment_method: Option<String>,
    // Accepted without effect: the bank is asked in either case.
    #[serde(rename = "off_session")]
    _off_session: Option<bool>,
}

fn pay(account: &mut Account, call: &Call) -> Reply {
    let params: Pay = call.params()?;
    match account.find("invoice", &call.id)?.text("status") {
        "draft" => collection::finalize(account, &call.id),
        "open" | "uncollectible" => {}
        "paid" => return Err(ApiError::invalid("Invoice is already paid")),
        status => return Err(ApiError::invalid(format!("This invoice can't be paid: it is {status}."))),
    }
    if account.get(&call.id).text("status") != "paid" {
        collection::pay(account, &call.id, params.payment_method.as_deref())?;
    }
    let paid = account.get(&call.id).clone();
    if paid.text("status") != "paid" {
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
struct AttachPayment {
    payment_intent: String,
}

fn attach_payment(account: &mut Account, call: &Call) -> Reply {
    let params: AttachPayment = call.params()?;
    account.find("invoice", &call.id)?;
    parts::attach(account, &call.id, &params.payment_intent)?;
    Ok(account.get(&call.id).clone())
}

fn void(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    match account.find("invoice", &call.id)?.text("status") {
        "open" | "uncollectible" => collection::void(account, &call.id),
        "paid" => return Err(ApiError::invalid("Invoices with `paid` payments cannot be voided.")),
        _ => return Err(not_open()),
    }
    Ok(account.get(&call.id).clone())
}

fn mark_uncollectible(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    match account.find("invoice", &call.id)?.text("status") {
        "open" => collection::mark_uncollectible(account, &call.id),
        "uncollectible" => return Err(ApiError::invalid("This invoice has already been marked uncollectible.")),
        _ => return Err(not_open()),
    }
    Ok(account.get(&call.id).clone())
}

fn not_open() -> ApiError {
    ApiError::invalid("You can only pass in open invoices. This invoice isn't open.")
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

fn list(account: &mut Account, call: &Call) -> Reply {
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
    call.list(account.objects.newest_first("invoice").filter(fits))
}
