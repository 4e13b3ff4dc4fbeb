//! What a failed call means for billing.

use pledge_domain::ports::BillingError;

use crate::error::{ErrorKind, StripeError};

impl From<StripeError> for BillingError {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Api(error) if error.kind == ErrorKind::Card => {
                Self::Declined { code: error.decline_code.or(error.code) }
            }
            other => Self::Gateway(other.into()),
        }
    }
}

/// Whether Stripe says that something in the request doesn't exist, or can't be used as it is.
pub fn is_unusable(error: &StripeError, param: &str) -> bool {
    let StripeError::Api(error) = error else { return false };
    error.kind == ErrorKind::InvalidRequest
        && matches!(error.status, 400 | 404)
        && error.param.as_deref().is_none_or(|named| named == param)
}
