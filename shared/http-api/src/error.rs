//! The errors of the API: status, code and message.

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use pledge_domain::{fields::FieldErrors, ports::Cause};

/// An error response to a request. The codes are listed in `docs/ERRORS.md`.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: these fields are invalid.
    #[error("the request has invalid fields")]
    InvalidFields(FieldErrors),
    /// 400: the request as a whole is invalid. The text completes "The request …".
    #[error("the request is invalid: it {0}")]
    InvalidRequest(&'static str),
    /// 413: the body is too large.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The largest body that is accepted, in bytes.
        limit: usize,
    },
    /// 401: nobody is signed in, or the token isn't valid.
    #[error("not authenticated: {0}")]
    Unauthenticated(&'static str),
    /// 429: a limit of this caller is used up.
    #[error("too many requests")]
    TooManyRequests {
        /// The seconds after which a retry may succeed.
        retry_after: u64,
    },
    /// 4xx: a rule forbids the request.
    #[error("refused: {code}")]
    Refused {
        /// The status, 4xx.
        status: StatusCode,
        /// The upper-case code, on which a program can act.
        code: &'static str,
        /// The message for people, which says what to do.
        message: String,
    },
    /// 502 or 503: another system doesn't answer; a retry may succeed.
    #[error("something that is needed does not answer")]
    Unavailable {
        /// The status, 502 or 503.
        status: StatusCode,
        /// The upper-case code, on which a program can act.
        code: &'static str,
        /// The message for people, which says what to do.
        message: &'static str,
        /// The cause, for the log.
        #[source]
        cause: Cause,
    },
    /// 503 without `Retry-After`: an operator must act before a retry can succeed. It is counted, and raises an alarm.
    #[error("an operator has to act")]
    NeedsOperator {
        /// The upper-case code, on which a program can act.
        code: &'static str,
        /// The message for people.
        message: &'static str,
        /// The cause, for the log.
        #[source]
        cause: Cause,
    },
    /// 500: a fault of this system.
    #[error("internal error")]
    Internal(#[source] Cause),
}

/// The `Retry-After` of responses to [`ApiError::Unavailable`], in seconds.
pub(crate) const RETRY_AFTER_SECONDS: &str = "5";

impl ApiError {
    /// Returns a 404 with this code and message.
    #[must_use]
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { status: StatusCode::NOT_FOUND, code, message: message.into() }
    }

    /// Returns a 409 with this code and message, for a request that the present state forbids.
    #[must_use]
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { status: StatusCode::CONFLICT, code, message: message.into() }
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::InvalidFields(_) | Self::InvalidRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused { status, .. } | Self::Unavailable { status, .. } => *status,
            Self::NeedsOperator { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the code in the body.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidFields(_) | Self::InvalidRequest(_) | Self::TooLarge { .. } => "INVALID_REQUEST",
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::TooManyRequests { .. } => "TOO_MANY_REQUESTS",
            Self::Refused { code, .. } | Self::Unavailable { code, .. } | Self::NeedsOperator { code, .. } => code,
            Self::Internal(_) => "INTERNAL_ERROR",
        }
    }

    /// Returns the invalid fields, each with how to correct it, if the error is about fields.
    #[must_use]
    pub fn fields(&self) -> Option<BTreeMap<&str, &str>> {
        match self {
            Self::InvalidFields(fields) => Some(fields.iter().collect()),
            Self::InvalidRequest(_)
            | Self::TooLarge { .. }
            | Self::Unauthenticated(_)
            | Self::TooManyRequests { .. }
            | Self::Refused { .. }
            | Self::Unavailable { .. }
            | Self::NeedsOperator { .. }
            | Self::Internal(_) => None,
        }
    }

    /// Returns the message in the body.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::InvalidFields(_) => "Some fields are missing or wrong; see \"fields\".".to_owned(),
            Self::InvalidRequest(problem) => format!("The request {problem}."),
            Self::TooLarge { limit } => format!("The body must have at most {limit} bytes."),
            Self::TooManyRequests { .. } => "Too many requests for now. Please wait before you try again.".to_owned(),
            Self::Unauthenticated(problem) => format!("Sign in again: {problem}."),
            Self::Refused { message, .. } => message.clone(),
            Self::Unavailable { message, .. } | Self::NeedsOperator { message, .. } => (*message).to_owned(),
            Self::Internal(_) => "Something went wrong on our side.".to_owned(),
        }
    }
}
