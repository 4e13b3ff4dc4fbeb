//! What a client is told when something is wrong.

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use pledge_domain::{fields::FieldErrors, ports::Cause};

/// A request that isn't answered as its client wished. The codes are listed in `docs/ERRORS.md`.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: these fields are wrong.
    #[error("the request has wrong fields")]
    InvalidFields(FieldErrors),
    /// 400: the request as a whole is wrong.
    #[error("the request is wrong: {0}")]
    InvalidRequest(&'static str),
    /// 413: the body is too large.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The largest body that is accepted.
        limit: usize,
    },
    /// 401: nobody is signed in, or the token isn't valid.
    #[error("not authenticated: {0}")]
    Unauthenticated(&'static str),
    /// 429: this caller has asked for too much.
    #[error("too many requests")]
    TooManyRequests {
        /// The seconds after which to try again.
        retry_after: u64,
    },
    /// A refusal of the rules, with its own code.
    #[error("refused: {code}")]
    Refused {
        /// 4xx.
        status: StatusCode,
        /// Upper-case code that a program can act on.
        code: &'static str,
        /// What to do, for people.
        message: String,
    },
    /// 502 or 503: another system doesn't answer; a retry may succeed.
    #[error("something that is needed does not answer")]
    Unavailable {
        /// 502 or 503.
        status: StatusCode,
        /// Upper-case code that a program can act on.
        code: &'static str,
        /// What the client may do.
        message: &'static str,
        /// Why, for the log.
        #[source]
        cause: Cause,
    },
    /// 503 without `Retry-After`: an operator has to mend something first. Rings an alarm.
    #[error("an operator has to mend something")]
    NeedsOperator {
        /// Upper-case code that a program can act on.
        code: &'static str,
        /// What the client is told.
        message: &'static str,
        /// Why, for the log.
        #[source]
        cause: Cause,
    },
    /// 500: a fault of this system.
    #[error("internal error")]
    Internal(#[source] Cause),
}

/// After how many seconds a client may try again.
pub(crate) const RETRY_AFTER_SECONDS: &str = "5";

impl ApiError {
    /// Makes a 404.
    #[must_use]
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { status: StatusCode::NOT_FOUND, code, message: message.into() }
    }

    /// Makes a 409, for what can't be done in the present state.
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

    /// Returns the wrong fields with what to do about each, if the error is about fields.
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
