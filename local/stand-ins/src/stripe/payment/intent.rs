//! Payment intents over the API. <https://docs.stripe.com/api/payment_intents>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{check_amount, confirm, method};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Caller, Endpoint, Reply};
use crate::stripe::error::ApiError;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;
use crate::stripe::params::{Clearable, Currency, Email, Metadata, WebUrl};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/payment_intents", create),
    Endpoint::get("/v1/payment_intents/{intent}", retrieve).publishable(),
    Endpoint::post("/v1/payment_intents/{intent}", update),
    Endpoint::post("/v1/payment_intents/{intent}/confirm", confirm_endpoint).publishable(),
    Endpoint::post("/v1/payment_intents/{intent}/cancel", cancel),
    Endpoint::list("/v1/payment_intents", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    amount: i64,
    currency: Currency,
    customer: Option<String>,
    payment_method: Option<String>,
    confirm: Option<bool>,
    off_session: Option<bool>,
    return_url: Option<WebUrl>,
    automatic_payment_methods: Option<AutomaticMethods>,
    setup_future_usage: Option<FutureUsage>,
    description: Option<String>,
    receipt_email: Option<Email>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AutomaticMethods {
    enabled: bool,
    allow_redirects: Option<Redirects>,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Redirects {
    Always,
    Never,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum FutureUsage {
    OffSession,
    OnSession,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    check_amount(params.amount, &params.currency)?;
    if let Some(customer) = &params.customer {
        account.check("customer", "customer", customer)?;
    }
    let confirm_now = params.confirm.unwrap_or(false);
    if params.off_session.is_some() && !confirm_now {
        return Err(ApiError::parameter("off_session can only be set when confirm is true.").param("off_session"));
    }
    let redirects = match &params.automatic_payment_methods {
        Some(methods) if !methods.enabled => Redirects::Never,
        Some(AutomaticMethods { allow_redirects: Some(redirects), .. }) => *redirects,
        _ => Redirects::Always,
    };
    if confirm_now {
        check_return_url(redirects, params.return_url.as_ref(), params.off_session.unwrap_or(false))?;
    }
    let payment_method = match &params.payment_method {
        Some(id) => Some(owned_method(account, id, params.customer.as_deref())?),
        None => None,
    };
    let id = make(
        account,
        json!({
            "amount": params.amount,
            "automatic_payment_methods": { "allow_redirects": redirects, "enabled": true },
            "currency": params.currency.0,
            "customer": params.customer,
            "description": params.description,
            "metadata": params.metadata.unwrap_or_default().into_value(),
            "payment_method": payment_method,
            "receipt_email": params.receipt_email.map(|Email(email)| email),
            "setup_future_usage": params.setup_future_usage,
            "status": if payment_method.is_some() { "requires_confirmation" } else { "requires_payment_method" },
        }),
    );
    if confirm_now {
        confirm::confirm(account, &id, params.off_session.unwrap_or(false))?;
        if let Some(WebUrl(url)) = params.return_url {
            set_return_url(account, &id, &url);
        }
    }
    Ok(account.get(&id).clone())
}

/// Makes an intent and sends its event. Returns its id.
pub(crate) fn make(account: &mut Account, fields: Value) -> String {
    let id = account.create(Kind::PaymentIntent, fields);
    let secret = account.ids.next("_secret_", 25);
    account.set(&id, json!({ "client_secret": format!("{id}{secret}") }));
    account.emit("payment_intent.created", &id);
    id
}

/// Refuses methods that lead the customer to another page if there is no `return_url`.
fn check_return_url(redirects: Redirects, url: Option<&WebUrl>, off_session: bool) -> Result<(), ApiError> {
    if redirects == Redirects::Always && url.is_none() && !off_session {
        return Err(ApiError::parameter(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. \
             Because some of these payment methods might redirect your customer off of your page, \
             you must provide a `return_url`. If you don't want to accept redirect-based payment \
             methods, set `automatic_payment_methods[enabled]` to `true` and \
             `automatic_payment_methods[allow_redirects]` to `never` when creating the intent.",
        )
        .param("return_url"));
    }
    Ok(())
}

/// Stores the address to which the bank's page leads back.
fn set_return_url(account: &mut Account, id: &str, url: &str) {
    let action = account.objects.get_mut(id).and_then(|intent| intent.pointer_mut("/next_action/redirect_to_url"));
    if let Some(action) = action {
        action.set("return_url", url);
    }
}

/// Returns the method. One that belongs to another customer is refused.
fn owned_method(account: &mut Account, id: &str, customer: Option<&str>) -> Result<String, ApiError> {
    let id = method::resolve(account, "payment_method", id)?;
    match (account.get(&id).maybe_text("customer"), customer) {
        (None, _) => Ok(id),
        (Some(owner), Some(customer)) if owner == customer => Ok(id),
        (Some(_), Some(customer)) => Err(ApiError::invalid(format!(
            "The PaymentMethod {id} does not belong to the Customer you supplied {customer}. Please use this \
             PaymentMethod with the Customer that it belongs to instead."
        ))
        .param("payment_method")),
        (Some(_), None) => Err(ApiError::invalid(
            "The provided PaymentMethod cannot be attached to this intent: it belongs to a Customer. Please include \
             the Customer in the `customer` parameter.",
        )
        .param("payment_method")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retrieve {
    client_secret: Option<String>,
}

fn retrieve(account: &mut Account, call: &Call) -> Reply {
    let params: Retrieve = call.params()?;
    let intent = account.find("payment_intent", &call.id)?;
    check_secret(call.caller, &intent, params.client_secret.as_deref())?;
    Ok(intent)
}

fn check_secret(caller: Caller, intent: &Value, given: Option<&str>) -> Result<(), ApiError> {
    match given {
        Some(secret) if secret == intent.text("client_secret") => Ok(()),
        None if caller == Caller::Secret => Ok(()),
        None => Err(ApiError::parameter("Missing required param: client_secret.")
            .code("parameter_missing")
            .param("client_secret")),
        Some(_) => Err(ApiError::invalid(
            "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
        )
        .code("payment_intent_invalid_parameter")
        .param("client_secret")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    metadata: Option<Metadata>,
    description: Option<Clearable<String>>,
    receipt_email: Option<Clearable<Email>>,
}

fn update(account: &mut Account, call: &Call) -> Reply {
    let params: Update = call.params()?;
    let mut intent = account.find("payment_intent", &call.id)?;
    if let (Some(metadata), Some(current)) = (params.metadata, intent.get_mut("metadata")) {
        metadata.apply_to(current);
    }
    if let Some(description) = params.description {
        intent.set("description", description.into_option());
    }
    if let Some(email) = params.receipt_email {
        intent.set("receipt_email", email.into_option().map(|Email(email)| email));
    }
    account.objects.insert(intent.clone());
    Ok(intent)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirm {
    client_secret: Option<String>,
    payment_method: Option<String>,
    off_session: Option<bool>,
    return_url: Option<WebUrl>,
    use_stripe_sdk: Option<bool>,
    setup_future_usage: Option<FutureUsage>,
    receipt_email: Option<Email>,
}

fn confirm_endpoint(account: &mut Account, call: &Call) -> Reply {
    let params: Confirm = call.params()?;
    let intent = account.find("payment_intent", &call.id)?;
    check_secret(call.caller, &intent, params.client_secret.as_deref())?;
    let status = intent.text("status");
    if !matches!(status, "requires_payment_method" | "requires_confirmation" | "requires_action") {
        return Err(unexpected_state(&intent, "confirm"));
    }
    let off_session = params.off_session.unwrap_or(false);
    let redirects = match intent.pointer("/automatic_payment_methods/allow_redirects") {
        Some(allowed) if allowed == "always" => Redirects::Always,
        _ => Redirects::Never,
    };
    // Stripe.js adds the return address by itself, or stays on the page.
    if call.caller == Caller::Secret && !params.use_stripe_sdk.unwrap_or(false) {
        check_return_url(redirects, params.return_url.as_ref(), off_session)?;
    }
    if let Some(id) = &params.payment_method {
        let method = owned_method(account, id, intent.maybe_text("customer"))?;
        account.set(&call.id, json!({ "payment_method": method }));
    }
    if let Some(usage) = params.setup_future_usage {
        account.set(&call.id, json!({ "setup_future_usage": usage }));
    }
    if let Some(Email(email)) = params.receipt_email {
        account.set(&call.id, json!({ "receipt_email": email }));
    }
    confirm::confirm(account, &call.id, off_session)?;
    if let Some(WebUrl(url)) = params.return_url {
        set_return_url(account, &call.id, &url);
    }
    Ok(account.get(&call.id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancel {
    cancellation_reason: Option<CancellationReason>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum CancellationReason {
    Abandoned,
    Duplicate,
    Fraudulent,
    RequestedByCustomer,
}

fn cancel(account: &mut Account, call: &Call) -> Reply {
    let params: Cancel = call.params()?;
    let intent = account.find("payment_intent", &call.id)?;
    if matches!(intent.text("status"), "succeeded" | "canceled" | "processing") {
        return Err(unexpected_state(&intent, "cancel"));
    }
    cancel_now(account, &call.id, &json!(params.cancellation_reason));
    Ok(account.get(&call.id).clone())
}

/// Cancels an intent that has not succeeded.
pub(crate) fn cancel_now(account: &mut Account, id: &str, reason: &Value) {
    let now = account.now;
    account.set(
        id,
        json!({ "status": "canceled", "canceled_at": now, "cancellation_reason": reason, "next_action": null }),
    );
    account.emit("payment_intent.canceled", id);
}

fn unexpected_state(intent: &Value, action: &str) -> ApiError {
    ApiError::invalid(format!(
        "You cannot {action} this PaymentIntent because it has a status of {}.",
        intent.text("status")
    ))
    .code("payment_intent_unexpected_state")
    .with("payment_intent", intent.clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    customer: Option<String>,
    created: Option<Created>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |intent: &&Value| {
        is(intent, "customer", filter.customer.as_deref()) && Created::fits(filter.created.as_ref(), intent)
    };
    call.list(account.objects.newest_first("payment_intent").filter(fits))
}
