//! The conversion of a failed call's error into the `GatewayError` of the ports.

use pledge_domain::ports::{Cause, GatewayError, Gone};

use crate::{
    error::{ApiError, ErrorKind, StripeError},
    refusals::{Meaning, meaning},
};

/// The error says what the caller may do next: repeat with the same idempotency key, use a new key, or give up.
///
/// - No answer, 409 (another request with the key is under way) or 429: [`GatewayError::Unavailable`], repeat with the key.
///   Stripe may have done the work; with the same key a repetition is safe, while a new key could do the work twice.
/// - A 5xx from Stripe: [`GatewayError::IdempotencyKeyConsumed`]. Stripe stores the first result of a key, "including 500
///   errors" (<https://docs.stripe.com/api/idempotent_requests>). It marks replayed results with `Idempotent-Replayed`, but
///   the first 500 of a key doesn't say whether it was stored. A caller that kept the key could get the stored error for
///   a day; a new key at worst leaves an object at Stripe that no customer was sent to.
/// - A 5xx that isn't from Stripe (a proxy's page): it says nothing about the key, so it is treated as no answer.
/// - `idempotency_error`: [`GatewayError::IdempotencyKeyConsumed`]. The key belongs to other parameters, for example to a
///   price that has changed since.
/// - Every other refusal: the error for its [`Meaning`], by its code and parameter.
/// - An answer that can't be parsed: [`GatewayError::Refused`]. Repeating doesn't help; a person must look at it.
impl From<StripeError> for GatewayError {
    fn from(error: StripeError) -> Self {
        let kind = match &error {
            StripeError::NoAnswer(_) => Self::Unavailable,
            StripeError::Unreadable { .. } => Self::Refused,
            StripeError::Api(error) => of_answer(error),
        };
        kind(Box::new(error))
    }
}

fn of_answer(error: &ApiError) -> fn(Cause) -> GatewayError {
    match (error.status, error.kind) {
        (409 | 429, _) => GatewayError::Unavailable,
        (500..=599, ErrorKind::NotStripe) if !error.replayed => GatewayError::Unavailable,
        (500..=599, _) | (_, ErrorKind::Idempotency) => GatewayError::IdempotencyKeyConsumed,
        _ => of_refusal(meaning(error)),
    }
}

fn of_refusal(meaning: Meaning) -> fn(Cause) -> GatewayError {
    match meaning {
        Meaning::CustomerGone => |cause| GatewayError::Gone { what: Gone::Customer, cause },
        Meaning::PriceGone => |cause| GatewayError::Gone { what: Gone::Price, cause },
        Meaning::OtherCurrency => GatewayError::OtherCurrency,
        Meaning::Passing => GatewayError::Unavailable,
        Meaning::AddressRefused | Meaning::PaymentMethodUnusable | Meaning::NeedsOperator => GatewayError::Refused,
    }
}
