//! The errors of calls to Stripe.

use std::{fmt, time::Duration};

use crate::refusals::{Meaning, meaning};

/// The reason why a call to Stripe failed, or why its result is unknown.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// There was no connection, no answer in time, or an answer that broke off. Whether Stripe did the work is unknown.
    #[error("Stripe did not answer")]
    NoAnswer(#[source] reqwest::Error),
    /// Stripe answered with an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// Stripe did the work, but its answer doesn't have the documented shape.
    #[error("Stripe's answer cannot be read: {problem}, request {}", request_id.as_deref().unwrap_or("unknown"))]
    Unreadable {
        /// A text that says what is wrong with the answer, without quoting it.
        problem: String,
        /// Stripe's id of the request (`req_…`), from the header `Request-Id`.
        request_id: Option<String>,
    },
}

impl StripeError {
    /// Makes the error of a request without an answer. It leaves the URL out, whose query may hold an e-mail address.
    pub(crate) fn no_answer(error: reqwest::Error) -> Self {
        Self::NoAnswer(error.without_url())
    }

    /// Makes the error of an answer that can't be parsed. It keeps only the line, the column and the name of a missing
    /// field, since the rest of Serde's message quotes the wrong value.
    pub(crate) fn unreadable(request_id: Option<String>, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let problem = if text.starts_with("missing field") { text } else { format!("unexpected value{place}") };
        Self::Unreadable { problem, request_id }
    }

    /// Returns whether the unchanged request with its idempotency key may still succeed.
    ///
    /// If Stripe sent `Stripe-Should-Retry`, that header decides; otherwise the status does (409: another request with the
    /// key is under way; 429; 5xx), except for an error that Stripe stored under the key and would only replay.
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

    /// Returns whether Stripe refused the secret key (401): the key is wrong, or was rotated or revoked.
    pub(crate) fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::Api(error) if error.status == 401)
    }

    /// Returns whether Stripe refused the e-mail address in the request. Stripe refuses some valid addresses.
    #[must_use]
    pub fn refuses_address(&self) -> bool {
        matches!(self, Self::Api(error) if meaning(error) == Meaning::AddressRefused)
    }

    /// Returns how long Stripe asks callers to wait before the next try (`Retry-After`); none if it doesn't say.
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
    /// `type`: the kind of the error.
    pub kind: ErrorKind,
    /// `code`, such as `resource_missing` (<https://docs.stripe.com/error-codes>).
    pub code: Option<String>,
    /// `decline_code`: the reason for which the customer's bank declined the payment
    /// (<https://docs.stripe.com/declines/codes>).
    pub decline_code: Option<String>,
    /// `param`: the name of the parameter that is wrong.
    pub param: Option<String>,
    /// `message`: for a card error a text for the customer; for other errors it may hold personal data. Don't log it.
    pub message: Option<String>,
    /// `Request-Id`, with which the request can be found in Stripe's own log.
    pub request_id: Option<String>,
    /// `Idempotent-Replayed`: whether this is the stored error of an earlier request with this idempotency key.
    pub replayed: bool,
    /// `Stripe-Should-Retry`: whether Stripe wants the request to be repeated; none if the header is missing.
    pub should_retry: Option<bool>,
    /// `Retry-After`: how long to wait before the next try; none if the header is missing.
    pub retry_after: Option<Duration>,
}

/// An error's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// `api_error`: something is wrong at Stripe's.
    Api,
    /// `card_error`: the card can't be charged.
    Card,
    /// `idempotency_error`: the request has other parameters than an earlier one with its idempotency key.
    Idempotency,
    /// `invalid_request_error`: Stripe refuses the request's parameters.
    InvalidRequest,
    /// A type that this code doesn't know, or none.
    Other,
    /// No `type`, because the body isn't Stripe's: a proxy on the way answered.
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
