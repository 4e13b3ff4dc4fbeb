//! A Google service account: the identity under which this system manages accounts.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pledge_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{error::FirebaseError, rs256::PrivateKey};

/// What the access token may be used for.
const SCOPE: &str = "https://www.googleapis.com/auth/identitytoolkit";

/// Google takes assertions of an hour at most.
const LIFETIME_SECONDS: i64 = 3600;

/// The parts of a service account's key file that matter here.
#[derive(Clone)]
pub struct ServiceAccount {
    client_email: String,
    key_id: Option<String>,
    key: PrivateKey,
    token_url: String,
}

/// The text isn't the key file of a service account. It holds a private key, so nothing of it is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServiceAccount {
    /// Not JSON, or a field is missing.
    #[error("store the JSON key file of a service account (client_email, private_key)")]
    Malformed,
    /// The key isn't an RSA key in PEM form.
    #[error("the service account's private_key is not an RSA key in PEM form")]
    Key,
}

/// A file as Google hands it out.
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
    /// Reads a key file.
    ///
    /// # Errors
    /// [`InvalidServiceAccount`] if it isn't one.
    pub fn parse(json: &str) -> Result<Self, InvalidServiceAccount> {
        let file: KeyFile = serde_json::from_str(json).map_err(|_| InvalidServiceAccount::Malformed)?;
        let key = PrivateKey::from_pem(&file.private_key).ok_or(InvalidServiceAccount::Key)?;
        Ok(Self { client_email: file.client_email, key_id: file.private_key_id, key, token_url: file.token_uri })
    }

    /// Returns the address at which assertions are exchanged for access tokens.
    pub(super) fn token_url(&self) -> &str {
        &self.token_url
    }

    /// Signs a request for an access token (RFC 7523).
    pub(super) fn assertion(&self, now: Timestamp) -> Result<String, FirebaseError> {
        let iat = now.unix_timestamp();
        let claims =
            Claims { iss: &self.client_email, scope: SCOPE, aud: &self.token_url, iat, exp: iat + LIFETIME_SECONDS };
        let header = Header { alg: "RS256", typ: "JWT", kid: self.key_id.as_deref() };
        // Structs of texts and numbers are always valid JSON.
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
