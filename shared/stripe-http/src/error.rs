//! Why a call failed.

use std::{fmt, time::Duration};

use crate::refusals::{Meaning, meaning};

/// A call that Stripe didn't do, or whose answer we don't know.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// No connection, no answer in time, or one that broke off. Whether Stripe did the work is unknown.
    #[error("Stripe did not answer")]
    NoAnswer(#[source] reqwest::Error),
    /// Stripe answered with an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// Stripe did the work, but its answer hasn't the documented shape.
    #[error("Stripe's answer cannot be read: {problem}, request {}", request_id.as_deref().unwrap_or("unknown"))]
    Unreadable {
        /// What is wrong, without anything of the answer.
        problem: String,
        /// Stripe's name for the request.
        request_id: Option<String>,
    },
}

impl StripeError {
    /// Makes the error of a request without an answer, and leaves the URL out: a query may hold an e-mail address.
    pub(crate) fn no_answer(error: reqwest::Error) -> Self {
        Self::NoAnswer(error.without_url())
    }

    /// Keeps only a missing field's name and the place: serde quotes the value that it stumbled over.
    pub(crate) fn unreadable(request_id: Option<String>, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = if text.starts_with("missing field") { text } else { format!("unexpected value{place}") };
        Self::Unreadable { problem, request_id }
    }

    /// Returns whether the same request with the same idempotency key may still succeed.
    ///
    /// `Stripe-Should-Retry` decides where it is sent; otherwise the status (409: another request with the key is under
    /// way, 429, 5xx). An error that was stored under the key comes again for ever.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::NoAnswer(error) => !error.is_builder(),
            Self::Api(error) => {
                error.should_retry.unwrap_or(!error.replayed && matches!(error.status, 409 | 429 | 500..=599))
            }
            Self::Unreadable { .. } => false,
        }
    }

    /// Returns whether the secret key was refused: it is wrong, or was rotated or revoked.
    pub(crate) fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::Api(error) if error.status == 401)
    }

    /// Returns whether Stripe doesn't take the e-mail address that it was given. It takes fewer than there are.
    #[must_use]
    pub fn refuses_address(&self) -> bool {
        matches!(self, Self::Api(error) if meaning(error) == Meaning::AddressRefused)
    }

    /// Returns how long Stripe wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api(error) => error.retry_after,
            Self::NoAnswer(_) | Self::Unreadable { .. } => None,
        }
    }
}

/// An error that Stripe, or something in front of it, answered with (<https://docs.stripe.com/api/errors>).
///
/// Neither `Display` nor `Debug` shows the message, which may quote what was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// `type`
    pub kind: ErrorKind,
    /// `code`, such as `resource_missing` (<https://docs.stripe.com/error-codes>).
    pub code: Option<String>,
    /// `decline_code`: what the customer's bank said.
    pub decline_code: Option<String>,
    /// `param`: the parameter that is wrong.
    pub param: Option<String>,
    /// `message`: for a card error, written for the customer; for others it may hold personal data. Don't log it.
    pub message: Option<String>,
    /// `Request-Id`, by which Stripe's own log shows the request.
    pub request_id: Option<String>,
    /// Whether the error was stored under the idempotency key and is repeated (`Idempotent-Replayed`).
    pub replayed: bool,
    /// `Stripe-Should-Retry`
    pub should_retry: Option<bool>,
    /// `Retry-After`
    pub retry_after: Option<Duration>,
}

/// An error's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// `api_error`: something is wrong at Stripe's.
    Api,
    /// `card_error`: the card can't be charged.
    Card,
    /// `idempotency_error`: other parameters under a key that was used before.
    Idempotency,
    /// `invalid_request_error`
    InvalidRequest,
    /// A type that is newer than this code.
    Other,
    /// The body isn't Stripe's: something on the way answered.
    NotStripe,
}

impl ErrorKind {
    pub(crate) fn parse(kind: Option<&str>) -> Self {
        match kind {
            Some("api_error") => Self::Api,
            Some("card_error") => Self::Card,
            Some("idempotency_error") => Self::Idempotency,
            Some("invalid_request_error") => Self::InvalidRequest,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stripe answered {} ({:?}", self.status, self.kind)?;
        let details = [("code", &self.code), ("decline code", &self.decline_code), ("parameter", &self.param)];
        for (name, value) in details {
            if let Some(value) = value {
                write!(f, ", {name} {value}")?;
            }
        }
        write!(f, "), request {}", self.request_id.as_deref().unwrap_or("unknown"))
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiError({self})")
    }
}

impl std::error::Error for ApiError {}
