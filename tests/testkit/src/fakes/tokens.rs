//! ID tokens without signatures.

use std::{collections::BTreeMap, sync::Mutex};

use pledge_domain::{
    Timestamp,
    ports::{AppVerifier, TokenError, TokenVerifier},
    user::VerifiedUser,
};

use crate::fakes::script::Script;

/// The one App Check token that [`FakeTokens`] accepts.
pub const APP_TOKEN: &str = "token-of-our-app";

/// A fake that accepts the tokens that a test adds and [`APP_TOKEN`], and no others.
#[derive(Debug, Default)]
pub struct FakeTokens {
    script: Script<String, TokenError>,
    known: Mutex<BTreeMap<String, VerifiedUser>>,
}

impl FakeTokens {
    /// Adds a token of this user.
    #[must_use]
    pub fn with(self, token: &str, user: VerifiedUser) -> Self {
        self.known.lock().unwrap().insert(token.to_owned(), user);
        self
    }

    /// Makes the next call fail with this error.
    pub fn fail_next(&self, error: TokenError) {
        self.script.put(error);
    }
}

impl TokenVerifier for FakeTokens {
    async fn verify(&self, token: &str, _now: Timestamp) -> Result<VerifiedUser, TokenError> {
        if let Some(error) = self.script.called(token.to_owned()) {
            return Err(error);
        }
        self.known.lock().unwrap().get(token).cloned().ok_or(TokenError::Invalid("not a token of this test"))
    }
}

impl AppVerifier for FakeTokens {
    async fn verify_app(&self, token: &str, _now: Timestamp) -> Result<(), TokenError> {
        if let Some(error) = self.script.called(token.to_owned()) {
            return Err(error);
        }
        if token == APP_TOKEN { Ok(()) } else { Err(TokenError::Invalid("not a token of this test")) }
    }
}
