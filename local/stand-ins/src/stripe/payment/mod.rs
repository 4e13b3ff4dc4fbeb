//! Payments: intents, their methods, charges, refunds and disputes.

pub(crate) mod charge;
pub(crate) mod confirm;
pub(crate) mod dispute;
pub(crate) mod intent;
pub(crate) mod method;
pub(crate) mod page;
pub(crate) mod refund;
pub(crate) mod refund_progress;

use super::error::ApiError;
use super::params::Currency;

/// Returns the smallest amount that Stripe charges, in the currency's smallest unit.
/// <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>
pub(crate) fn smallest(currency: &str) -> i64 {
    match currency {
        "hkd" => 400,
        "gbp" => 30,
        "mxn" => 1000,
        "sek" | "nok" => 300,
        "dkk" => 250,
        "thb" => 1000,
        "myr" | "pln" | "aed" | "ron" | "bgn" => 200,
        "czk" => 1500,
        "huf" => 17500,
        _ => 50,
    }
}

/// Refuses amounts that Stripe doesn't charge.
pub(crate) fn check_amount(amount: i64, currency: &Currency) -> Result<(), ApiError> {
    if amount < 1 {
        return Err(ApiError::parameter("This value must be greater than or equal to 1.")
            .code("parameter_invalid_integer")
            .param("amount"));
    }
    if amount < smallest(&currency.0) {
        return Err(too_small(&currency.0).param("amount"));
    }
    if amount > 99_999_999 {
        return Err(ApiError::invalid("Amount must be no more than 99999999 minor units")
            .code("amount_too_large")
            .param("amount"));
    }
    Ok(())
}

/// Returns the error for an amount below [`smallest`].
pub(crate) fn too_small(currency: &str) -> ApiError {
    ApiError::invalid(format!("Amount must be at least {} {currency} in the smallest unit", smallest(currency)))
        .code("amount_too_small")
}
