//! What a failed call means for the use cases.

use pledge_domain::ports::{Cause, GatewayError, Gone};

use crate::{
    error::{ApiError, ErrorKind, StripeError},
    refusals::{Meaning, meaning},
};

/// The question is what the caller may do next: repeat under the same key, take a new key, or give up.
///
/// - No answer, 409 (the key is in use at this moment) and 429: repeat. The work may have been done; the key makes the
///   repetition safe, while a new key could do it twice.
/// - A 5xx of Stripe's own: the key is consumed. Stripe stores the first result of a key, "including 500 errors"
///   (<https://docs.stripe.com/api/idempotent_requests>), and although it marks repetitions with `Idempotent-Replayed`,
///   the first 500 of a key can't be told from one that wasn't stored. Whoever clung to the key could be locked out for
///   a day; a new one at worst leaves an object behind that nobody was sent to.
/// - A 5xx that Stripe didn't write (a proxy's page): it says nothing about the key, so it is as if there were no answer.
/// - `idempotency_error`: the key belongs to other parameters, for example to a price that has changed since: consumed.
/// - Every other refusal means what [`refusals`](crate::refusals) says of its code and parameter.
/// - An answer that we can't read: repeating doesn't help, a person must look.
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
