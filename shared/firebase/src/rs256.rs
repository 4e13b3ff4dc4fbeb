//! RS256, the only signature algorithm that is accepted here (RFC 7518, section 3.3): RSASSA-PKCS1-v1_5 with SHA-256, by
//! ring.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};

/// A key with which signatures are checked.
#[derive(Clone)]
pub(crate) struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicKey {
    /// Parses the numbers of a JSON Web Key, which are big-endian and in base64url without padding; none if they aren't.
    pub(crate) fn from_jwk(modulus: &str, exponent: &str) -> Option<Self> {
        let number = |text| URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty());
        Some(Self { modulus: number(modulus)?, exponent: number(exponent)? })
    }

    /// Returns whether the owner of this key signed `message`. Keys of less than 2048 bits are never accepted.
    pub(crate) fn verifies(&self, message: &str, signature: &str) -> bool {
        let key = RsaPublicKeyComponents { n: &self.modulus, e: &self.exponent };
        let verify = |signature: Vec<u8>| key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature);
        URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| verify(signature).is_ok())
    }
}

/// A key with which messages are signed. Clones share it.
#[derive(Clone)]
pub(crate) struct PrivateKey(Arc<RsaKeyPair>);

impl PrivateKey {
    /// Parses an RSA key of at least 2048 bits in PEM form (PKCS #8 or PKCS #1); none if the text isn't one.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        let pair = match PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()? {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return None,
        };
        Some(Self(Arc::new(pair.ok()?)))
    }

    /// Returns the signature of a message in base64url; none if the system gives no randomness.
    pub(crate) fn sign(&self, message: &str) -> Option<String> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).ok()?;
        Some(URL_SAFE_NO_PAD.encode(signature))
    }
}
