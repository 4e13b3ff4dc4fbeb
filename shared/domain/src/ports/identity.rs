//! The ports to Firebase: accounts, ID tokens and App Check tokens.

use std::{future::Future, sync::Arc};

use crate::{
    Timestamp,
    email::Email,
    ids::UserId,
    ports::Cause,
    user::{Account, AccountState, VerifiedUser},
};

/// The failure to look up or make an account.
#[derive(Debug, thiserror::Error)]
#[error("the identity provider did not answer usefully")]
pub struct IdentityError(#[source] pub Cause);

/// Firebase accounts by e-mail address.
pub trait IdentityProvider: Send + Sync {
    /// Returns the account with this address, and makes one if there is none. If another request makes it at the same time,
    /// the account that the other request made is returned. Returns within three seconds, with an error if Firebase hasn't
    /// answered by then.
    fn find_or_create(&self, email: &Email) -> impl Future<Output = Result<Account, IdentityError>> + Send;
}

/// The states of Firebase accounts, by uid.
pub trait AccountStates: Send + Sync {
    /// Returns whether the account with this uid is active, disabled or gone. Returns within a second, with an error if
    /// Firebase hasn't answered by then.
    fn state_of(&self, user: &UserId) -> impl Future<Output = Result<AccountState, IdentityError>> + Send;
}

/// Implemented for `Arc`, so that use cases can share a client.
impl<T: AccountStates> AccountStates for Arc<T> {
    fn state_of(&self, user: &UserId) -> impl Future<Output = Result<AccountState, IdentityError>> + Send {
        T::state_of(self, user)
    }
}

/// Implemented for `Arc`, so that use cases can share a client.
impl<T: IdentityProvider> IdentityProvider for Arc<T> {
    fn find_or_create(&self, email: &Email) -> impl Future<Output = Result<Account, IdentityError>> + Send {
        T::find_or_create(self, email)
    }
}

/// The reason why a token isn't accepted.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token is malformed, expired, or of another issuer or audience.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The token couldn't be checked, since the issuer's keys couldn't be loaded.
    #[error("the token could not be checked")]
    Unavailable(#[source] Cause),
}

/// Checks Firebase ID tokens.
pub trait TokenVerifier: Send + Sync {
    /// Returns the user whose ID token this is, if it is valid at `now`.
    fn verify(&self, token: &str, now: Timestamp) -> impl Future<Output = Result<VerifiedUser, TokenError>> + Send;
}

/// Checks Firebase App Check tokens, which prove that a request comes from an app of ours.
pub trait AppVerifier: Send + Sync {
    /// Checks that a token is valid at `now`. It identifies the app, and says nothing about the app's user.
    fn verify_app(&self, token: &str, now: Timestamp) -> impl Future<Output = Result<(), TokenError>> + Send;
}
