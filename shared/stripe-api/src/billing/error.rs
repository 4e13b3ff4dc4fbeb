//! The meaning of Stripe's refusals.

use pledge_domain::ports::{BillingError, GatewayError};

use crate::{ApiError, ErrorKind, StripeError};

/// Returns whether the object that the request's path names doesn't exist.
pub fn is_missing(error: &StripeError) -> bool {
    refusal(error).is_some_and(|error| error.status == 404)
}

/// Returns whether Stripe refused the request because of this parameter.
pub fn blames(error: &StripeError, param: &str) -> bool {
    refusal(error).is_some_and(|error| error.param.as_deref() == Some(param))
}

/// Returns whether Stripe refused the e-mail address in the request.
pub fn refuses_address(error: &BillingError) -> bool {
    match error {
        BillingError::Gateway(GatewayError::Refused(cause)) => {
            cause.downcast_ref().is_some_and(StripeError::refuses_address)
        }
        _ => false,
    }
}

/// Returns Stripe's error if it refused the request for its content (400 or 404), and not for its credentials or rate.
pub fn refusal(error: &StripeError) -> Option<&ApiError> {
    match error {
        StripeError::Api(error) if error.kind == ErrorKind::InvalidRequest && matches!(error.status, 400 | 404) => {
            Some(error)
        }
        _ => None,
    }
}
