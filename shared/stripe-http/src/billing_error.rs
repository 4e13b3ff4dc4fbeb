//! The conversion of a failed call's error into the `BillingError` of the billing port.

use pledge_domain::ports::BillingError;

use crate::{
    error::{ErrorKind, StripeError},
    refusals::{Meaning, meaning},
};

impl From<StripeError> for BillingError {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Api(error) if error.kind == ErrorKind::Card => {
                Self::Declined { code: error.decline_code.or(error.code) }
            }
            StripeError::Api(error) if meaning(&error) == Meaning::PaymentMethodUnusable => Self::UnusablePaymentMethod,
            other => Self::Gateway(other.into()),
        }
    }
}
