//! Who people are: Firebase Authentication.

use std::{future::Future, sync::Arc};

use crate::{
    Timestamp,
    email::Email,
    ids::UserId,
    ports::Cause,
    user::{Account, AccountState, VerifiedUser},
};

/// Why no account could be found or made.
#[derive(Debug, thiserror::Error)]
#[error("the identity provider did not answer usefully")]
pub struct IdentityError(#[source] pub Cause);

/// Accounts by e-mail address.
pub trait IdentityProvider: Send + Sync {
    /// Returns the account with this address; makes one if there is none. If somebody else makes it at the same moment,
    /// theirs is returned. Answers within three seconds, with an error if need be.
    fn find_or_create(&self, email: &Email) -> impl Future<Output = Result<Account, IdentityError>> + Send;
}

/// Accounts by their uids.
pub trait AccountStates: Send + Sync {
    /// Returns how the account with this uid stands. Answers within a second, with an error if need be.
    fn state_of(&self, user: &UserId) -> impl Future<Output = Result<AccountState, IdentityError>> + Send;
}

/// Shared between use cases.
impl<T: AccountStates> AccountStates for Arc<T> {
    fn state_of(&self, user: &UserId) -> impl Future<Output = Result<AccountState, IdentityError>> + Send {
        T::state_of(self, user)
    }
}

/// Shared between use cases.
impl<T: IdentityProvider> IdentityProvider for Arc<T> {
    fn find_or_create(&self, email: &Email) -> impl Future<Output = Result<Account, IdentityError>> + Send {
        T::find_or_create(self, email)
    }
}

/// Why a token isn't accepted.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token is malformed, expired, signed by somebody else or meant for somebody else.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The token couldn't be checked, since the issuer's keys can't be had.
    #[error("the token could not be checked")]
    Unavailable(#[source] Cause),
}

/// Checks Firebase ID tokens.
pub trait TokenVerifier: Send + Sync {
    /// Returns who the token speaks for.
    fn verify(&self, token: &str, now: Timestamp) -> impl Future<Output = Result<VerifiedUser, TokenError>> + Send;
}

/// Checks the tokens by which an app says that it is ours (Firebase App Check).
pub trait AppVerifier: Send + Sync {
    /// Checks a token. It says which app sends the request, and nothing about who uses it.
    fn verify_app(&self, token: &str, now: Timestamp) -> impl Future<Output = Result<(), TokenError>> + Send;
}
