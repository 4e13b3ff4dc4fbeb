//! The responses to errors of use cases. Their statuses, codes and messages are decided here and, for champions, in
//! [`champions`](crate::champions) alone.

use lambda_http::http::StatusCode;
use pledge_application::{
    create_checkout::CheckoutError, find_preorder::FindPreorderError, initiate_preorder::InitiateError,
};
use pledge_domain::{
    fields::FieldErrors,
    limits::TooMany,
    ports::{GatewayError, StoreError, TokenError},
};

use crate::error::ApiError;

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::InvalidFields(errors)
    }
}

impl From<TooMany> for ApiError {
    fn from(refusal: TooMany) -> Self {
        // Whole seconds, rounded up.
        let seconds = refusal.retry_after.whole_seconds() + i64::from(refusal.retry_after.subsec_nanoseconds() > 0);
        Self::TooManyRequests { retry_after: seconds.unsigned_abs().max(1) }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable {
                status: StatusCode::SERVICE_UNAVAILABLE,
                code: "SERVICE_UNAVAILABLE",
                message: "The service is unavailable for a moment. Please try again.",
                cause: Box::new(error),
            },
            StoreError::Internal(_) | StoreError::Rejected(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid(problem) => Self::Unauthenticated(problem),
            TokenError::Unavailable(_) => Self::Unavailable {
                status: StatusCode::SERVICE_UNAVAILABLE,
                code: "SERVICE_UNAVAILABLE",
                message: "Your sign-in cannot be checked for a moment. Please try again.",
                cause: Box::new(error),
            },
        }
    }
}

impl From<InitiateError> for ApiError {
    fn from(error: InitiateError) -> Self {
        match error {
            InitiateError::IdempotencyKeyReused => Self::conflict(
                "IDEMPOTENCY_KEY_REUSED",
                "This Idempotency-Key was used with another form. Use a new key for a new preorder.",
            ),
            InitiateError::TooMany(refusal) => refusal.into(),
            InitiateError::Store(error) => error.into(),
        }
    }
}

impl ApiError {
    /// Returns a 404 `PREORDER_NOT_FOUND`: no preorder has this id.
    #[must_use]
    pub fn preorder_not_found() -> Self {
        Self::not_found("PREORDER_NOT_FOUND", "There is no preorder with this id.")
    }
}

impl From<FindPreorderError> for ApiError {
    fn from(error: FindPreorderError) -> Self {
        match error {
            FindPreorderError::Unknown => Self::preorder_not_found(),
            FindPreorderError::Store(error) => error.into(),
        }
    }
}

impl From<CheckoutError> for ApiError {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::AlreadyCompleted => {
                Self::conflict("PREORDER_ALREADY_COMPLETED", "This preorder is paid already.")
            }
            CheckoutError::PaymentPending => Self::conflict(
                "PAYMENT_PENDING",
                "A payment for this preorder is on its way; it can take some days. There is nothing more to do.",
            ),
            CheckoutError::NoPrice => {
                Self::conflict("PREORDER_HAS_NO_PRICE", "This preorder cannot be paid. Please send the form again.")
            }
            CheckoutError::SoldOut => Self::conflict(
                "SOLD_OUT",
                "This colour is sold out. Your preorder is kept; it can be paid when there is more.",
            ),
            CheckoutError::Gateway(error) => error.into(),
            CheckoutError::Store(error) => error.into(),
        }
    }
}

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Unavailable(_) | GatewayError::IdempotencyKeyConsumed(_) => Self::Unavailable {
                status: StatusCode::BAD_GATEWAY,
                code: "PAYMENT_PROVIDER_UNAVAILABLE",
                message: "The payment provider cannot take this now. Nothing was charged; please try again.",
                cause: Box::new(error),
            },
            GatewayError::OtherCurrency(_) => Self::conflict(
                "OTHER_CURRENCY",
                "You support something in another currency, and one at a time is possible. End that first.",
            ),
            GatewayError::Refused(_) | GatewayError::Gone { .. } => Self::NeedsOperator {
                code: "PAYMENT_PROVIDER_REFUSED",
                message: "This cannot be paid until we have mended something; trying again does not help. Nothing was \
                          charged, and we know of it.",
                cause: Box::new(error),
            },
        }
    }
}
