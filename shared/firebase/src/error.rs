//! What can go wrong between us and Google.

use http::StatusCode;

/// A call failed. The texts hold no address, no token and nothing that was sent.
#[derive(Debug, thiserror::Error)]
pub enum FirebaseError {
    /// Google gave no answer, or one that broke off.
    #[error("no answer from {what}")]
    Transport {
        /// What was asked.
        what: &'static str,
        /// What happened.
        source: reqwest::Error,
    },
    /// Google refused.
    #[error("{what} answered {status} {code}")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// The status.
        status: StatusCode,
        /// The error's code, such as `EMAIL_EXISTS`; empty if there is none.
        code: String,
    },
    /// A success with a body that isn't what the documentation says.
    #[error("{what} answered something unexpected")]
    Unexpected {
        /// What was asked.
        what: &'static str,
    },
    /// The service account's key can't sign.
    #[error("the service account's key cannot sign")]
    Signing,
    /// The time for the whole operation is over.
    #[error("Firebase did not answer in time")]
    TimedOut,
}

impl FirebaseError {
    /// Keeps the address out of the text: it may hold parameters.
    pub(crate) fn transport(what: &'static str) -> impl Fn(reqwest::Error) -> Self {
        move |error| Self::Transport { what, source: error.without_url() }
    }
}
