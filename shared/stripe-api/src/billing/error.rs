//! What Stripe refused.

use pledge_domain::ports::{BillingError, GatewayError};

use crate::{ApiError, ErrorKind, StripeError};

/// Returns whether what the path names doesn't exist.
pub fn is_missing(error: &StripeError) -> bool {
    refusal(error).is_some_and(|error| error.status == 404)
}

/// Returns whether this parameter names something that doesn't exist or can't be used as it is.
pub fn blames(error: &StripeError, param: &str) -> bool {
    refusal(error).is_some_and(|error| error.param.as_deref() == Some(param))
}

/// Returns whether Stripe doesn't take the e-mail address that it was given.
pub fn refuses_address(error: &BillingError) -> bool {
    match error {
        BillingError::Gateway(GatewayError::Refused(cause)) => {
            cause.downcast_ref().is_some_and(StripeError::refuses_address)
        }
        _ => false,
    }
}

/// Returns Stripe's error if it is about what was asked, and not about who asks.
pub fn refusal(error: &StripeError) -> Option<&ApiError> {
    match error {
        StripeError::Api(error) if error.kind == ErrorKind::InvalidRequest && matches!(error.status, 400 | 404) => {
            Some(error)
        }
        _ => None,
    }
}
