//! Payment methods. Tests name Stripe's own test methods (`pm_card_visa`, …), each of which has its own behaviour.
//! <https://docs.stripe.com/testing>

use serde::Deserialize;
use serde_json::{Value, json};

use super::refund_progress::RefundStatus;
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::is;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/payment_methods/{payment_method}", |account, call| retrieve(account, call, "payment_method")),
    Endpoint::post("/v1/payment_methods/{payment_method}/attach", attach_endpoint),
    Endpoint::post("/v1/payment_methods/{payment_method}/detach", detach),
    Endpoint::list("/v1/payment_methods", list),
];

/// The behaviour of payments with a method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Behaviour {
    Succeeds,
    /// The payment is refused, with an error code and a decline code.
    Declines(&'static str, &'static str),
    /// The customer must authenticate each time (3-D Secure).
    Authenticates,
    /// The payment succeeds or fails days later (bank debits).
    TakesDays,
}

/// Stripe's test methods, each with its brand, its last digits and its behaviour.
const TEST_METHODS: &[(&str, &str, &str, Behaviour)] = &[
    ("pm_card_visa", "visa", "4242", Behaviour::Succeeds),
    ("pm_card_visa_debit", "visa", "5556", Behaviour::Succeeds),
    ("pm_card_mastercard", "mastercard", "4444", Behaviour::Succeeds),
    ("pm_card_amex", "amex", "8431", Behaviour::Succeeds),
    ("pm_card_jcb", "jcb", "0505", Behaviour::Succeeds),
    ("pm_card_chargeDeclined", "visa", "0002", DECLINED),
    ("pm_card_visa_chargeDeclined", "visa", "0002", DECLINED),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "visa", "9995", INSUFFICIENT),
    ("pm_card_chargeDeclinedInsufficientFunds", "visa", "9995", INSUFFICIENT),
    ("pm_card_chargeDeclinedExpiredCard", "visa", "0069", Behaviour::Declines("expired_card", "expired_card")),
    ("pm_card_chargeDeclinedIncorrectCvc", "visa", "0127", Behaviour::Declines("incorrect_cvc", "incorrect_cvc")),
    (
        "pm_card_chargeDeclinedProcessingError",
        "visa",
        "0119",
        Behaviour::Declines("processing_error", "processing_error"),
    ),
    // Refunds to these cards take days: one succeeds, the other fails.
    ("pm_card_pendingRefund", "visa", "7726", Behaviour::Succeeds),
    ("pm_card_refundFail", "visa", "5126", Behaviour::Succeeds),
    // The card can be attached to a customer, but every charge is refused.
    ("pm_card_chargeCustomerFail", "visa", "0341", DECLINED),
    ("pm_card_authenticationRequired", "visa", "3184", Behaviour::Authenticates),
    ("pm_card_threeDSecure2Required", "visa", "3220", Behaviour::Authenticates),
    ("pm_card_threeDSecureRequired", "visa", "3063", Behaviour::Authenticates),
    ("pm_usBankAccount_success", "us_bank_account", "6789", Behaviour::TakesDays),
];

const DECLINED: Behaviour = Behaviour::Declines("card_declined", "generic_decline");
const INSUFFICIENT: Behaviour = Behaviour::Declines("card_declined", "insufficient_funds");

/// The last digits of methods that can't be attached.
const NOT_ATTACHABLE: [&str; 5] = ["0002", "9995", "0069", "0127", "0119"];

/// Returns the method that `id` names: an existing one, or a new one for a test method's name.
pub(crate) fn resolve(account: &mut Account, param: &str, id: &str) -> Result<String, ApiError> {
    if let Some((_, brand, digits, _)) = TEST_METHODS.iter().find(|(name, ..)| *name == id) {
        return Ok(make(account, brand, digits));
    }
    match account.get(id).text("object") {
        "payment_method" if account.unusable_methods.contains(id) => Err(ApiError::invalid(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared \
             with a connected account without Customer attachment, or was detached from a Customer. It may not be \
             used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
        )
        .param(param)),
        "payment_method" => Ok(id.to_owned()),
        _ => Err(ApiError::missing_in(param, "PaymentMethod", id)),
    }
}

fn make(account: &mut Account, brand: &str, digits: &str) -> String {
    if brand == "us_bank_account" {
        let id = account.create(Kind::PaymentMethod, json!({ "type": brand }));
        let bank = json!({ "bank_name": "STRIPE TEST BANK", "last4": digits, "account_type": "checking" });
        account.set(&id, json!({ "us_bank_account": bank }));
        if let Some(fields) = account.objects.get_mut(&id).and_then(Value::as_object_mut) {
            fields.remove("card");
        }
        return id;
    }
    let id = account.create(Kind::PaymentMethod, json!({}));
    if let Some(card) = account.objects.get_mut(&id).and_then(|method| method.get_mut("card")) {
        card.set("brand", brand);
        card.set("display_brand", brand);
        card.set("last4", digits);
    }
    id
}

/// Returns the behaviour of payments with the method.
pub(crate) fn behaviour(account: &Account, id: &str) -> Behaviour {
    let digits = digits(account.get(id));
    let known = TEST_METHODS.iter().find(|(_, _, known, _)| *known == digits);
    known.map_or(Behaviour::Succeeds, |(.., behaviour)| *behaviour)
}

/// Returns the first status of a refund to the method, and the seconds until its last status if it takes time.
pub(crate) fn refunds(account: &Account, id: &str) -> (RefundStatus, Option<(i64, RefundStatus)>) {
    const DAYS: i64 = 24 * 60 * 60;
    match digits(account.get(id)) {
        "7726" | "6789" => (RefundStatus::Pending, Some((5 * DAYS, RefundStatus::Succeeded))),
        "5126" => (RefundStatus::Succeeded, Some((5 * DAYS, RefundStatus::Failed))),
        _ => (RefundStatus::Succeeded, None),
    }
}

fn digits(method: &Value) -> &str {
    let kind = method.text("type");
    method.get(kind).map(|details| details.text("last4")).unwrap_or_default()
}

/// Attaches a method to a customer. Returns its id.
pub(crate) fn attach(account: &mut Account, param: &str, id: &str, customer: &str) -> Result<String, ApiError> {
    let id = resolve(account, param, id)?;
    let method = account.get(&id).clone();
    match method.maybe_text("customer") {
        Some(owner) if owner == customer => return Ok(id),
        Some(_) => {
            return Err(ApiError::invalid("The payment method you provided has already been attached to a customer.")
                .code("payment_method_unexpected_state")
                .param(param));
        }
        None => {}
    }
    if NOT_ATTACHABLE.contains(&digits(&method)) {
        return Err(ApiError::card("card_declined", Some("generic_decline"), "Your card was declined."));
    }
    account.set(&id, json!({ "customer": customer }));
    account.emit("payment_method.attached", &id);
    Ok(id)
}

/// Returns the id of a method that belongs to the customer already.
pub(crate) fn of_customer(account: &Account, param: &str, id: &str, customer: &str) -> Result<String, ApiError> {
    let method = account.get(id);
    if method.text("object") == "payment_method" && method.text("customer") == customer {
        return Ok(id.to_owned());
    }
    // A test method's name stands for the method that was made of it for this customer.
    if let Some((_, _, last4, _)) = TEST_METHODS.iter().find(|(name, ..)| *name == id) {
        let mut methods = account.objects.newest_first("payment_method");
        let own = methods.find(|method| method.text("customer") == customer && digits(method) == *last4);
        if let Some(own) = own {
            return Ok(own.text("id").to_owned());
        }
    }
    Err(ApiError::invalid(format!(
        "The customer does not have a payment method with the ID {id}. The payment method must be \
         attached to the customer."
    ))
    .code("resource_missing")
    .param(param))
}

/// Detaches the methods of a customer who is being deleted.
pub(crate) fn forget(account: &mut Account, customer: &str) {
    let theirs = account.objects.newest_first("payment_method").filter(|method| method.text("customer") == customer);
    let theirs: Vec<_> = theirs.map(|method| method.text("id").to_owned()).collect();
    for method in theirs {
        account.set(&method, json!({ "customer": null }));
        account.unusable_methods.insert(method);
    }
    let subscriptions =
        account.objects.newest_first("subscription").filter(|subscription| subscription.text("customer") == customer);
    let subscriptions: Vec<_> = subscriptions.map(|subscription| subscription.text("id").to_owned()).collect();
    for subscription in subscriptions {
        account.set(&subscription, json!({ "default_payment_method": null }));
    }
}

/// Replaces the customer's card by a test method, for all later payments.
pub(crate) fn replace(account: &mut Account, customer: &str, test_method: &str) -> Result<(), ApiError> {
    account.check("customer", "customer", customer)?;
    let id = attach(account, "payment_method", test_method, customer)?;
    if let Some(settings) = account.objects.get_mut(customer).and_then(|customer| customer.get_mut("invoice_settings"))
    {
        settings.set("default_payment_method", id.clone());
    }
    let theirs =
        account.objects.newest_first("subscription").filter(|subscription| subscription.text("customer") == customer);
    let theirs: Vec<_> = theirs.map(|subscription| subscription.text("id").to_owned()).collect();
    for subscription in theirs {
        account.set(&subscription, json!({ "default_payment_method": id }));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attach {
    customer: String,
}

fn attach_endpoint(account: &mut Account, call: &Call) -> Reply {
    let params: Attach = call.params()?;
    account.check("customer", "customer", &params.customer)?;
    let id = attach(account, "payment_method", &call.id, &params.customer)?;
    Ok(account.get(&id).clone())
}

fn detach(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    let before = account.find("payment_method", &call.id)?;
    if before.maybe_text("customer").is_none() {
        return Err(ApiError::invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
        ));
    }
    account.set(&call.id, json!({ "customer": null }));
    account.unusable_methods.insert(call.id.clone());
    account.emit_change("payment_method.detached", &call.id, &before);
    Ok(account.get(&call.id).clone())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    customer: Option<String>,
    r#type: Option<String>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |method: &&Value| {
        is(method, "customer", filter.customer.as_deref()) && is(method, "type", filter.r#type.as_deref())
    };
    call.list(account.objects.newest_first("payment_method").filter(fits))
}
