//! OAuth2 access tokens of a service account, cached until shortly before they expire
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#httprest>).

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderValue, header::CONTENT_TYPE};
use pledge_domain::{Timestamp, ports::Clock};
use reqwest::Client;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::service_account::ServiceAccount;
use crate::error::FirebaseError;

/// The name of the endpoint in errors.
const WHAT: &str = "Google's token endpoint";

/// The form with the grant type `urn:ietf:params:oauth:grant-type:jwt-bearer`, up to the assertion, which needs no escapes.
const GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";

/// The time before its expiry at which a token is renewed.
const MARGIN: Duration = Duration::from_secs(60);

/// The longest time for which a token is kept. Google's tokens are valid for an hour.
const MAX_LIFE: Duration = Duration::from_secs(3600);

/// The source of access tokens. Only one task asks for a new token at a time; the others wait for it.
pub(super) struct AccessTokens {
    http: Client,
    account: ServiceAccount,
    clock: Arc<dyn Clock>,
    cached: Mutex<Option<Token>>,
}

struct Token {
    bearer: HeaderValue,
    good_until: Timestamp,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    /// The token's remaining time, in seconds.
    expires_in: u64,
}

impl AccessTokens {
    pub(super) fn new(http: Client, account: ServiceAccount, clock: Arc<dyn Clock>) -> Self {
        Self { http, account, clock, cached: Mutex::new(None) }
    }

    /// Returns the value of the `Authorization` header, marked as sensitive, with the cached token or a new one.
    ///
    /// # Errors
    /// [`FirebaseError`] if a new token is needed and Google gives none.
    pub(super) async fn get(&self) -> Result<HeaderValue, FirebaseError> {
        let now = self.clock.now();
        let mut cached = self.cached.lock().await;
        if let Some(token) = cached.as_ref().filter(|token| now < token.good_until) {
            return Ok(token.bearer.clone());
        }
        let token = self.request(now).await?;
        Ok(cached.insert(token).bearer.clone())
    }

    /// Drops a token that was refused.
    pub(super) async fn forget(&self) {
        *self.cached.lock().await = None;
    }

    async fn request(&self, now: Timestamp) -> Result<Token, FirebaseError> {
        let form = format!("{GRANT}{}", self.account.assertion(now)?);
        let request = self.http.post(self.account.token_url());
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let response = request.send().await.map_err(FirebaseError::transport(WHAT))?;
        let status = response.status();
        if !status.is_success() {
            return Err(FirebaseError::Refused { what: WHAT, status, code: String::new() });
        }
        let body = response.bytes().await.map_err(FirebaseError::transport(WHAT))?;
        let unexpected = || FirebaseError::Unexpected { what: WHAT };
        let token: TokenResponse = serde_json::from_slice(&body).map_err(|_| unexpected())?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.access_token)).map_err(|_| unexpected())?;
        bearer.set_sensitive(true);
        let life = Duration::from_secs(token.expires_in).min(MAX_LIFE).saturating_sub(MARGIN);
        Ok(Token { bearer, good_until: now + life })
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens").field("account", &self.account).finish_non_exhaustive()
    }
}
