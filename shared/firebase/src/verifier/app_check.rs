//! App Check tokens, which prove that a request comes from an app of ours
//! (<https://firebase.google.com/docs/app-check/custom-resource-backend>).

use std::time::Duration;

use pledge_domain::{
    Timestamp,
    ports::{AppVerifier, TokenError},
};
use reqwest::Client;
use serde::Deserialize;

use crate::config::AppIssuer;

use super::{claims::CLOCK_SKEW_SECONDS, jwks::KeyCache, token::UnverifiedToken};

/// The host and path of the keys, as a JWK set.
const KEYS: &str = "firebaseappcheck.googleapis.com/v1/jwks";

/// The longest time for which keys are kept.
const MAX_AGE: Duration = Duration::from_secs(3600);
/// The time past [`MAX_AGE`] for which keys are used while none can be fetched. Google allows six hours in all
/// (<https://firebase.google.com/docs/reference/appcheck/rest/v1/jwks>).
const OUTAGE: Duration = Duration::from_secs(5 * 3600);

/// Checks App Check tokens.
#[derive(Debug)]
pub struct AppCheckVerifier {
    issuer: AppIssuer,
    keys: KeyCache,
}

impl AppCheckVerifier {
    /// Makes a verifier of this issuer's tokens. Keys are fetched when the first token comes, and cached.
    #[must_use]
    pub fn new(http: Client, issuer: AppIssuer) -> Self {
        let url = match &issuer {
            AppIssuer::Google { .. } => format!("https://{KEYS}"),
            // The stand-in has Google's host in its path, as Firebase's emulators do.
            AppIssuer::StandIn { host, .. } => format!("http://{host}/{KEYS}"),
        };
        Self { issuer, keys: KeyCache::new(http, url).kept_for(MAX_AGE, OUTAGE) }
    }

    /// Returns the verifier with another address of the keys, for tests.
    #[must_use]
    pub fn with_keys_url(mut self, url: impl Into<String>) -> Self {
        self.keys = self.keys.at(url.into());
        self
    }
}

impl AppVerifier for AppCheckVerifier {
    async fn verify_app(&self, token: &str, now: Timestamp) -> Result<(), TokenError> {
        let token = UnverifiedToken::parse(token)?;
        let key = self.keys.get(token.key_id()?, now).await?;
        token.check_signature(&key)?;
        token.claims::<Claims>()?.check(&self.issuer, now)
    }
}

/// The claims of a token that are checked. Times are seconds since the epoch.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Vec<String>,
    sub: String,
    exp: i64,
    iat: i64,
    /// The provider by which the app was recognised. Google's tokens have the claim, although it isn't documented.
    provider: Option<String>,
}

impl Claims {
    /// Checks that the token is of this issuer, for this project, and valid at `now`.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] with the first rule that it breaks.
    fn check(&self, issuer: &AppIssuer, now: Timestamp) -> Result<(), TokenError> {
        let now = now.unix_timestamp();
        let number = issuer.project_number();
        let is_debug = self.provider.as_deref() == Some("debug");
        let rules = [
            (self.iss == format!("https://firebaseappcheck.googleapis.com/{number}"), "it is from another issuer"),
            (self.aud.contains(&format!("projects/{number}")), "it is meant for another project"),
            (!self.sub.is_empty(), "it names no app"),
            (now < self.exp, "it has expired"),
            (self.iat <= now + CLOCK_SKEW_SECONDS, "it was issued in the future"),
            (!is_debug || issuer.takes_debug_tokens(), "it was given for a debug token"),
        ];
        match rules.into_iter().find(|(met, _)| !met) {
            Some((_, broken)) => Err(TokenError::Invalid(broken)),
            None => Ok(()),
        }
    }
}
