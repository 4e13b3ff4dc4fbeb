//! Verification of ID tokens
//! (<https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library>)
//! and of App Check tokens.

mod app_check;
mod claims;
mod jwks;
mod token;

use pledge_domain::{
    Timestamp,
    ports::{AppVerifier, TokenError, TokenVerifier},
    user::VerifiedUser,
};
use reqwest::Client;

use crate::config::{AppIssuer, Issuer};
pub use app_check::AppCheckVerifier;
use claims::Claims;
use jwks::KeyCache;
use token::UnverifiedToken;

/// The address at which Google publishes the keys that sign ID tokens, as a JWK set.
const KEYS_URL: &str = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/// Checks Firebase ID tokens.
#[derive(Debug)]
pub struct FirebaseVerifier {
    issuer: Issuer,
    keys: KeyCache,
    apps: Option<AppCheckVerifier>,
}

impl FirebaseVerifier {
    /// Makes a verifier of this issuer's tokens. Keys are fetched when the first token comes, and cached.
    #[must_use]
    pub fn new(http: Client, issuer: Issuer) -> Self {
        Self { issuer, keys: KeyCache::new(http, KEYS_URL), apps: None }
    }

    /// Returns the verifier with an issuer of App Check tokens; without one, every such token is invalid.
    #[must_use]
    pub fn with_apps(self, issuer: Option<AppIssuer>) -> Self {
        let apps = issuer.map(|issuer| AppCheckVerifier::new(self.keys.http().clone(), issuer));
        Self { apps, ..self }
    }

    /// Returns the verifier with another address of the keys, for tests.
    #[must_use]
    pub fn with_keys_url(mut self, url: impl Into<String>) -> Self {
        self.keys = self.keys.at(url.into());
        self
    }

    async fn verified_claims(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let token = UnverifiedToken::parse(token)?;
        let project = match &self.issuer {
            Issuer::Google { project } => {
                let key = self.keys.get(token.key_id()?, now).await?;
                token.check_signature(&key)?;
                project
            }
            Issuer::Emulator { project, .. } => {
                token.check_unsigned()?;
                project
            }
        };
        let claims: Claims = token.claims()?;
        claims.check(project, now)?;
        Ok(claims)
    }
}

impl TokenVerifier for FirebaseVerifier {
    async fn verify(&self, token: &str, now: Timestamp) -> Result<VerifiedUser, TokenError> {
        self.verified_claims(token, now).await?.into_user()
    }
}

impl AppVerifier for FirebaseVerifier {
    async fn verify_app(&self, token: &str, now: Timestamp) -> Result<(), TokenError> {
        match &self.apps {
            Some(apps) => apps.verify_app(token, now).await,
            None => Err(TokenError::Invalid("no app is known")),
        }
    }
}
