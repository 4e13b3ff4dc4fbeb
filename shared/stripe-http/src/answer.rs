//! Stripe's answers.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};

use crate::error::{ApiError, ErrorKind, StripeError};

/// A successful answer (2xx) whose body hasn't been parsed.
#[derive(Debug)]
pub struct Answer {
    request_id: Option<String>,
    body: Bytes,
}

impl Answer {
    /// Makes the answer from an HTTP response.
    ///
    /// # Errors
    /// [`StripeError::Api`] if the status isn't 2xx.
    pub fn new(status: u16, headers: &HeaderMap, body: Bytes) -> Result<Self, StripeError> {
        if (200..300).contains(&status) {
            return Ok(Self { request_id: text(headers, "request-id"), body });
        }
        Err(StripeError::Api(Box::new(error(status, headers, &body))))
    }

    /// Parses the body as `A`. Other fields are ignored, since Stripe may add fields at any time.
    ///
    /// # Errors
    /// [`StripeError::Unreadable`] if the body doesn't have the fields of `A`.
    pub fn read<A: DeserializeOwned>(self) -> Result<A, StripeError> {
        serde_json::from_slice(&self.body).map_err(|error| StripeError::unreadable(self.request_id, &error))
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorObject,
}

/// The error object in a failed answer's body (<https://docs.stripe.com/api/errors>).
#[derive(Deserialize)]
struct ErrorObject {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
    #[serde(default)]
    param: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// Makes the error of a failed answer, also if the body isn't Stripe's: a proxy on the way may answer in HTML.
fn error(status: u16, headers: &HeaderMap, body: &[u8]) -> ApiError {
    let object = serde_json::from_slice::<ErrorBody>(body).ok().map(|body| body.error);
    let kind = object.as_ref().map_or(ErrorKind::NotStripe, |object| ErrorKind::parse(object.kind.as_deref()));
    let (code, decline_code, param, message) =
        object.map(|object| (object.code, object.decline_code, object.param, object.message)).unwrap_or_default();
    ApiError {
        status,
        kind,
        code,
        decline_code,
        param,
        message,
        request_id: text(headers, "request-id"),
        replayed: flag(headers, "idempotent-replayed").unwrap_or(false),
        should_retry: flag(headers, "stripe-should-retry"),
        retry_after: text(headers, "retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs),
    }
}

/// Returns the text of a header; none if there is no such header or it isn't ASCII.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Returns the value of a header that is `true` or `false`; none if it is neither.
fn flag(headers: &HeaderMap, name: &str) -> Option<bool> {
    text(headers, name)?.parse().ok()
}
