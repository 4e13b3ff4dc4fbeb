//! A JSON Web Token in its compact form, before it is verified.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pledge_domain::ports::TokenError;
use serde::{Deserialize, de::DeserializeOwned};

use crate::rs256::PublicKey;

const MALFORMED: TokenError = TokenError::Invalid("it is malformed");

/// A token `header.payload.signature` that isn't verified. Its header is decoded, since it names the algorithm and the key.
pub(super) struct UnverifiedToken<'a> {
    header: Header,
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

impl<'a> UnverifiedToken<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, payload) = signed.split_once('.').filter(|(_, rest)| !rest.contains('.')).ok_or(MALFORMED)?;
        Ok(Self { header: decode(header)?, signed, payload, signature })
    }

    /// Returns the id of the key that signed the token, by its header.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] if the algorithm isn't RS256, or the header names no key.
    pub(super) fn key_id(&self) -> Result<&str, TokenError> {
        if self.header.alg != "RS256" {
            return Err(TokenError::Invalid("it is not signed with RS256"));
        }
        self.header.kid.as_deref().filter(|kid| !kid.is_empty()).ok_or(TokenError::Invalid("it names no key"))
    }

    pub(super) fn check_signature(&self, key: &PublicKey) -> Result<(), TokenError> {
        if key.verifies(self.signed, self.signature) {
            Ok(())
        } else {
            Err(TokenError::Invalid("its signature is wrong"))
        }
    }

    /// Checks that the token has the form of the emulator's tokens, which aren't signed.
    pub(super) fn check_unsigned(&self) -> Result<(), TokenError> {
        if self.header.alg == "none" && self.signature.is_empty() {
            Ok(())
        } else {
            Err(TokenError::Invalid("it is not an emulator's token"))
        }
    }

    /// Returns the decoded payload. The caller must have checked the signature before.
    pub(super) fn claims<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        decode(self.payload)
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, TokenError> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED)?;
    serde_json::from_slice(&json).map_err(|_| MALFORMED)
}
