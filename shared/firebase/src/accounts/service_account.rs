//! A Google service account: the identity under which this system manages accounts.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pledge_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{error::FirebaseError, rs256::PrivateKey};

/// The scope of the access token.
const SCOPE: &str = "https://www.googleapis.com/auth/identitytoolkit";

/// The lifetime of an assertion in seconds. Google accepts an hour at most
/// (<https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests>).
const LIFETIME_SECONDS: i64 = 3600;

/// The parts of a service account's key file that this project uses.
#[derive(Clone)]
pub struct ServiceAccount {
    client_email: String,
    key_id: Option<String>,
    key: PrivateKey,
    token_url: String,
}

/// A text that isn't the key file of a service account. It may hold a private key, so it isn't quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServiceAccount {
    /// The text isn't JSON, or a field is missing.
    #[error("store the JSON key file of a service account (client_email, private_key)")]
    Malformed,
    /// The key isn't an RSA key in PEM form.
    #[error("the service account's private_key is not an RSA key in PEM form")]
    Key,
}

/// The fields of a key file, as Google makes it.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    #[serde(default = "google_token_url")]
    token_uri: String,
}

fn google_token_url() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ServiceAccount {
    /// Parses a key file.
    ///
    /// # Errors
    /// [`InvalidServiceAccount`] if the text isn't one.
    pub fn parse(json: &str) -> Result<Self, InvalidServiceAccount> {
        let file: KeyFile = serde_json::from_str(json).map_err(|_| InvalidServiceAccount::Malformed)?;
        let key = PrivateKey::from_pem(&file.private_key).ok_or(InvalidServiceAccount::Key)?;
        Ok(Self { client_email: file.client_email, key_id: file.private_key_id, key, token_url: file.token_uri })
    }

    /// Returns the address at which assertions are exchanged for access tokens.
    pub(super) fn token_url(&self) -> &str {
        &self.token_url
    }

    /// Returns a signed assertion (RFC 7523), which can be exchanged for an access token within an hour of `now`.
    ///
    /// # Errors
    /// [`FirebaseError::Signing`] if the key can't sign.
    pub(super) fn assertion(&self, now: Timestamp) -> Result<String, FirebaseError> {
        let iat = now.unix_timestamp();
        let claims =
            Claims { iss: &self.client_email, scope: SCOPE, aud: &self.token_url, iat, exp: iat + LIFETIME_SECONDS };
        let header = Header { alg: "RS256", typ: "JWT", kid: self.key_id.as_deref() };
        // Serializing structs of texts and numbers can't fail.
        let part = |json: serde_json::Result<Vec<u8>>| URL_SAFE_NO_PAD.encode(json.unwrap_or_default());
        let signed = format!("{}.{}", part(serde_json::to_vec(&header)), part(serde_json::to_vec(&claims)));
        let signature = self.key.sign(&signed).ok_or(FirebaseError::Signing)?;
        Ok(format!("{signed}.{signature}"))
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").finish_non_exhaustive()
    }
}
