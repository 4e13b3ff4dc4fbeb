//! What a payment does: it succeeds, is refused, wants authentication or takes days.

use serde_json::{Value, json};

use super::charge;
use super::method::{self, Behaviour};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::settlement;
use crate::stripe::world::World;

/// Tries to pay an intent with its payment method. `off_session`: the customer isn't there to
/// authenticate.
pub(crate) fn confirm(world: &mut World, id: &str, off_session: bool) -> Result<(), ApiError> {
    let Some(payment_method) = world.get(id).maybe_text("payment_method").map(str::to_owned) else {
        return Err(ApiError::invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can \
             either update the PaymentIntent with a payment method and then confirm it again, or \
             confirm it again directly with a payment method or ConfirmationToken.",
        )
        .code("payment_intent_unexpected_state"));
    };
    match method::behaviour(world, &payment_method) {
        Behaviour::Succeeds => {
            succeed(world, id);
            Ok(())
        }
        Behaviour::Declines(code, decline_code) => {
            let error = ApiError::card(code, Some(decline_code), message(code, decline_code));
            Err(fail(world, id, error))
        }
        Behaviour::Authenticates if off_session => {
            let error = ApiError::card(
                "authentication_required",
                Some("authentication_required"),
                "Your card was declined. This transaction requires authentication.",
            );
            Err(fail(world, id, error))
        }
        Behaviour::Authenticates => {
            require_action(world, id);
            Ok(())
        }
        Behaviour::TakesDays => {
            world.set(id, json!({ "status": "processing" }));
            charge::make(world, id, "pending", None);
            world.emit("payment_intent.processing", id);
            world.emit("charge.pending", &world.text_of(id, "latest_charge"));
            Ok(())
        }
    }
}

/// The payment went through.
pub(crate) fn succeed(world: &mut World, id: &str) {
    let intent = world.get(id).clone();
    let amount = intent.int("amount");
    let charge = match pending_charge(world, &intent) {
        Some(charge) => {
            world.set(&charge, json!({ "status": "succeeded", "paid": true, "amount_captured": amount }));
            charge
        }
        None => charge::make(world, id, "succeeded", None),
    };
    world.set(
        id,
        json!({
            "status": "succeeded",
            "amount_received": amount,
            "next_action": null,
            "last_payment_error": null,
        }),
    );
    keep_method(world, &intent);
    world.emit("payment_intent.succeeded", id);
    world.emit("charge.succeeded", &charge);
    settlement::succeeded(world, id);
}

/// The payment was refused; gives the error as the API shows it.
pub(crate) fn fail(world: &mut World, id: &str, error: ApiError) -> ApiError {
    let intent = world.get(id).clone();
    let charge = match pending_charge(world, &intent) {
        Some(charge) => {
            world.set(&charge, json!({ "status": "failed", "paid": false }));
            charge
        }
        None => charge::make(world, id, "failed", Some(&error)),
    };
    let method = world.get(intent.text("payment_method")).clone();
    let error = error.with("charge", charge.clone()).with("payment_method", method);
    world.set(
        id,
        json!({
            "status": "requires_payment_method",
            "payment_method": null,
            "next_action": null,
            "last_payment_error": error.to_value(),
        }),
    );
    world.emit("charge.failed", &charge);
    world.emit("payment_intent.payment_failed", id);
    settlement::failed(world, id);
    error.with("payment_intent", world.get(id).clone())
}

/// The customer did, or failed, what the bank asked (3-D Secure).
pub(crate) fn authenticate(world: &mut World, id: &str, passed: bool) -> Result<(), ApiError> {
    let intent = world.find("payment_intent", id)?;
    if intent.text("status") != "requires_action" {
        return Err(ApiError::invalid("This PaymentIntent does not wait for authentication."));
    }
    if passed {
        succeed(world, id);
    } else {
        let error = ApiError::card(
            "payment_intent_authentication_failure",
            None,
            "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
        );
        fail(world, id, error);
    }
    Ok(())
}

/// A payment that takes days came to its end.
pub(crate) fn settle(world: &mut World, id: &str, paid: bool) -> Result<(), ApiError> {
    let intent = world.find("payment_intent", id)?;
    if intent.text("status") != "processing" {
        return Err(ApiError::invalid("This PaymentIntent is not processing."));
    }
    if paid {
        succeed(world, id);
    } else {
        let error = ApiError::card(
            "payment_method_provider_decline",
            None,
            "The payment could not be completed: insufficient funds in the bank account.",
        );
        fail(world, id, error);
    }
    Ok(())
}

fn require_action(world: &mut World, id: &str) {
    let secret = world.text_of(id, "client_secret");
    let page = format!("{}/c/authenticate/{id}?client_secret={secret}", world.base_url);
    world.set(
        id,
        json!({
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": { "url": page, "return_url": null },
            },
        }),
    );
    world.emit("payment_intent.requires_action", id);
    settlement::requires_action(world, id);
}

fn pending_charge(world: &World, intent: &Value) -> Option<String> {
    let charge = intent.maybe_text("latest_charge")?;
    (world.get(charge).text("status") == "pending").then(|| charge.to_owned())
}

/// Keeps the method with the customer when the intent asked for it.
fn keep_method(world: &mut World, intent: &Value) {
    if let (Some(_), Some(customer), Some(method)) =
        (intent.maybe_text("setup_future_usage"), intent.maybe_text("customer"), intent.maybe_text("payment_method"))
    {
        // It belongs to nobody else: the intent would not have taken it.
        let _ = method::attach(world, "payment_method", method, customer);
    } else if let Some(method) = intent.maybe_text("payment_method")
        && world.get(method).maybe_text("customer").is_none()
    {
        world.spent_methods.insert(method.to_owned());
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
