//! The error of calls to Google.

use http::StatusCode;

/// The failure of a call to Google. Its text has no address, no token and nothing that was sent.
#[derive(Debug, thiserror::Error)]
pub enum FirebaseError {
    /// Google gave no answer, or an incomplete one.
    #[error("no answer from {what}")]
    Transport {
        /// The method or endpoint that was called.
        what: &'static str,
        /// The failure of the HTTP client.
        source: reqwest::Error,
    },
    /// Google refused the call.
    #[error("{what} answered {status} {code}")]
    Refused {
        /// The method or endpoint that was called.
        what: &'static str,
        /// The HTTP status.
        status: StatusCode,
        /// The error's code, such as `EMAIL_EXISTS`; empty if there is none.
        code: String,
    },
    /// Google answered with success, but with a body that isn't as documented.
    #[error("{what} answered something unexpected")]
    Unexpected {
        /// The method or endpoint that was called.
        what: &'static str,
    },
    /// The service account's key can't sign.
    #[error("the service account's key cannot sign")]
    Signing,
    /// The time for the whole operation was used up.
    #[error("Firebase did not answer in time")]
    TimedOut,
}

impl FirebaseError {
    /// Returns a function that makes a [`FirebaseError::Transport`] without the URL, which may have parameters.
    pub(crate) fn transport(what: &'static str) -> impl Fn(reqwest::Error) -> Self {
        move |error| Self::Transport { what, source: error.without_url() }
    }
}
