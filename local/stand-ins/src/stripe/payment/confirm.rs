//! The results of a payment: it succeeds, is refused, needs authentication or takes days.

use serde_json::{Value, json};

use super::charge;
use super::method::{self, Behaviour};
use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::settlement;

/// Tries to pay an intent with its payment method. With `off_session` the customer isn't there to authenticate.
pub(crate) fn confirm(account: &mut Account, id: &str, off_session: bool) -> Result<(), ApiError> {
    let Some(payment_method) = account.get(id).maybe_text("payment_method").map(str::to_owned) else {
        return Err(ApiError::invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can \
             either update the PaymentIntent with a payment method and then confirm it again, or \
             confirm it again directly with a payment method or ConfirmationToken.",
        )
        .code("payment_intent_unexpected_state"));
    };
    match method::behaviour(account, &payment_method) {
        Behaviour::Succeeds => {
            succeed(account, id);
            Ok(())
        }
        Behaviour::Declines(code, decline_code) => {
            let error = ApiError::card(code, Some(decline_code), message(code, decline_code));
            Err(fail(account, id, error))
        }
        Behaviour::Authenticates if off_session => {
            let error = ApiError::card(
                "authentication_required",
                Some("authentication_required"),
                "Your card was declined. This transaction requires authentication.",
            );
            Err(fail(account, id, error))
        }
        Behaviour::Authenticates => {
            require_action(account, id);
            Ok(())
        }
        Behaviour::TakesDays => {
            account.set(id, json!({ "status": "processing" }));
            charge::make(account, id, "pending", None);
            account.emit("payment_intent.processing", id);
            account.emit("charge.pending", &account.text_of(id, "latest_charge"));
            Ok(())
        }
    }
}

/// Records that the payment succeeded.
pub(crate) fn succeed(account: &mut Account, id: &str) {
    let intent = account.get(id).clone();
    let amount = intent.int("amount");
    let charge = match pending_charge(account, &intent) {
        Some(charge) => {
            account.set(&charge, json!({ "status": "succeeded", "paid": true, "amount_captured": amount }));
            charge
        }
        None => charge::make(account, id, "succeeded", None),
    };
    account.set(
        id,
        json!({
            "status": "succeeded",
            "amount_received": amount,
            "next_action": null,
            "last_payment_error": null,
        }),
    );
    keep_method(account, &intent);
    account.emit("payment_intent.succeeded", id);
    account.emit("charge.succeeded", &charge);
    settlement::succeeded(account, id);
}

/// Records that the payment was refused. Returns the error as the API shows it.
pub(crate) fn fail(account: &mut Account, id: &str, error: ApiError) -> ApiError {
    let intent = account.get(id).clone();
    let charge = match pending_charge(account, &intent) {
        Some(charge) => {
            account.set(&charge, json!({ "status": "failed", "paid": false }));
            charge
        }
        None => charge::make(account, id, "failed", Some(&error)),
    };
    let method = account.get(intent.text("payment_method")).clone();
    let error = error.with("charge", charge.clone()).with("payment_method", method);
    account.set(
        id,
        json!({
            "status": "requires_payment_method",
            "payment_method": null,
            "next_action": null,
            "last_payment_error": error.to_value(),
        }),
    );
    account.emit("charge.failed", &charge);
    account.emit("payment_intent.payment_failed", id);
    settlement::failed(account, id);
    error.with("payment_intent", account.get(id).clone())
}

/// Records that the customer passed or failed the bank's authentication (3-D Secure).
pub(crate) fn authenticate(account: &mut Account, id: &str, passed: bool) -> Result<(), ApiError> {
    let intent = account.find("payment_intent", id)?;
    if intent.text("status") != "requires_action" {
        return Err(ApiError::invalid("This PaymentIntent does not wait for authentication."));
    }
    if passed {
        succeed(account, id);
    } else {
        let error = ApiError::card(
            "payment_intent_authentication_failure",
            None,
            "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
        );
        fail(account, id, error);
    }
    Ok(())
}

/// Makes a payment that takes days succeed or fail.
pub(crate) fn settle(account: &mut Account, id: &str, paid: bool) -> Result<(), ApiError> {
    let intent = account.find("payment_intent", id)?;
    if intent.text("status") != "processing" {
        return Err(ApiError::invalid("This PaymentIntent is not processing."));
    }
    if paid {
        succeed(account, id);
    } else {
        let error = ApiError::card(
            "payment_method_provider_decline",
            None,
            "The payment could not be completed: insufficient funds in the bank account.",
        );
        fail(account, id, error);
    }
    Ok(())
}

fn require_action(account: &mut Account, id: &str) {
    let secret = account.text_of(id, "client_secret");
    let page = format!("{}/c/authenticate/{id}?client_secret={secret}", account.base_url);
    account.set(
        id,
        json!({
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": { "url": page, "return_url": null },
            },
        }),
    );
    account.emit("payment_intent.requires_action", id);
    settlement::requires_action(account, id);
}

fn pending_charge(account: &Account, intent: &Value) -> Option<String> {
    let charge = intent.maybe_text("latest_charge")?;
    (account.get(charge).text("status") == "pending").then(|| charge.to_owned())
}

/// Attaches the method to the customer if the intent asked for it.
fn keep_method(account: &mut Account, intent: &Value) {
    if let (Some(_), Some(customer), Some(method)) =
        (intent.maybe_text("setup_future_usage"), intent.maybe_text("customer"), intent.maybe_text("payment_method"))
    {
        // The method belongs to no other customer; otherwise the intent would have refused it.
        let _ = method::attach(account, "payment_method", method, customer);
    } else if let Some(method) = intent.maybe_text("payment_method")
        && account.get(method).maybe_text("customer").is_none()
    {
        account.unusable_methods.insert(method.to_owned());
    }
}

fn message(code: &str, decline_code: &str) -> &'static str {
    match (code, decline_code) {
        (_, "insufficient_funds") => "Your card has insufficient funds.",
        ("expired_card", _) => "Your card has expired.",
        ("incorrect_cvc", _) => "Your card's security code is incorrect.",
        ("processing_error", _) => "An error occurred while processing your card. Try again in a little bit.",
        _ => "Your card was declined.",
    }
}
