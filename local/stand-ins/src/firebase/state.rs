//! The state of the stand-in: the project's users, keys and access tokens.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::codes::Code;
use super::handle::Mode;
use super::keys::Key;
use super::sessions::Sessions;
use super::users::Users;
use crate::control::Common;
use crate::ids::Ids;

#[derive(Debug)]
pub(crate) struct Firebase {
    pub(crate) common: Common,
    pub(crate) project: String,
    pub(crate) mode: Mode,
    /// The `max-age` of the JWK set, in seconds.
    pub(crate) jwks_max_age: u64,
    pub(crate) service_account: Key,
    /// The key that signs App Check tokens.
    pub(crate) app_check: Key,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) users: Users,
    /// The key that signs ID tokens. Its public half is the JWK set.
    pub(crate) signing: Key,
    /// How many times the signing key changed.
    pub(crate) rotations: usize,
    /// Access tokens, each with its end.
    pub(crate) access_tokens: Vec<(String, i64)>,
    pub(crate) sessions: Sessions,
    /// The codes that would have been sent by e-mail.
    pub(crate) codes: Vec<Code>,
    pub(crate) ids: Ids,
    pub(crate) base_url: String,
    /// The page that links in e-mails lead to, if the project names one.
    pub(crate) action_url: Option<String>,
}

/// The index of the service account's key. The other keys sign ID tokens in turn.
const SERVICE_ACCOUNT_KEY: usize = 2;

/// The index of the key that signs App Check tokens.
const APP_CHECK_KEY: usize = 1;

impl Firebase {
    pub(crate) fn new(
        common: Common,
        project: String,
        mode: Mode,
        jwks_max_age: u64,
        seed: u64,
    ) -> std::io::Result<Self> {
        let inner = Inner {
            users: Users::new(seed),
            signing: Key::load(0)?,
            rotations: 0,
            access_tokens: Vec::new(),
            sessions: Sessions::new(),
            codes: Vec::new(),
            ids: Ids::new(seed.wrapping_add(1)),
            base_url: String::new(),
            action_url: None,
        };
        Ok(Self {
            common,
            project,
            mode,
            jwks_max_age,
            service_account: Key::load(SERVICE_ACCOUNT_KEY)?,
            app_check: Key::load(APP_CHECK_KEY)?,
            inner: Mutex::new(inner),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn client_email(&self) -> String {
        format!("firebase-adminsdk@{}.iam.gserviceaccount.com", self.project)
    }

    /// Replaces the signing key by the next one, and publishes only that one.
    pub(crate) fn rotate(&self) -> std::io::Result<()> {
        let mut inner = self.lock();
        inner.rotations += 1;
        inner.signing = Key::load(inner.rotations % SERVICE_ACCOUNT_KEY)?;
        Ok(())
    }
}
