//! The `Stripe-Signature` header: `t=1700000000,v1=5257a8…,v1=…`.
//!
//! `t` is the time of signing, in Unix seconds. Each `v1` is a hexadecimal HMAC-SHA256 over `<t>.<body>` with the
//! endpoint's secret; while a secret is rotated, there is a `v1` for the old and one for the new secret
//! (<https://docs.stripe.com/webhooks#verify-manually>). Items of other schemes are ignored.

use std::fmt;

use pledge_domain::Timestamp;
use ring::hmac;
use time::Duration;

/// How far the time of signing may be from the present time, before or after it. Stripe signs each delivery anew, also a
/// late retry, so the tolerance doesn't limit the age of the event.
pub const TOLERANCE: Duration = Duration::seconds(300);

/// The most `v1` signatures that a header may have. Stripe sends fewer; the bound limits the comparisons that a stranger
/// can cause.
const MAX_SIGNATURES: usize = 16;

/// The signing secrets (`whsec_…`) of an endpoint: at least one, and several while one replaces another.
#[derive(Clone)]
pub struct Secrets(Vec<hmac::Key>);

/// The reason why a list of secrets can't be used to verify signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecrets {
    /// There is no secret.
    #[error("at least one signing secret is needed")]
    Empty,
    /// A secret has no characters. Anybody could sign with an empty secret.
    #[error("a signing secret is blank")]
    Blank,
}

impl Secrets {
    /// Makes the list of these secrets, each without the white space around it.
    ///
    /// # Errors
    /// [`InvalidSecrets`] if there is none or one of them is blank.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, InvalidSecrets> {
        let keys = secrets
            .into_iter()
            .map(|secret| match secret.as_ref().trim() {
                "" => Err(InvalidSecrets::Blank),
                secret => Ok(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(InvalidSecrets::Empty) } else { Ok(Self(keys)) }
    }

    /// Parses a comma-separated list, as an environment variable has it.
    ///
    /// # Errors
    /// [`InvalidSecrets::Empty`] if the list is blank, [`InvalidSecrets::Blank`] if one of its items is.
    pub fn parse(list: &str) -> Result<Self, InvalidSecrets> {
        if list.trim().is_empty() { Err(InvalidSecrets::Empty) } else { Self::new(list.split(',')) }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} hidden)", self.0.len())
    }
}

/// The reason why a delivery's signature isn't accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The request has no `Stripe-Signature` header.
    #[error("the Stripe-Signature header is missing")]
    Missing,
    /// The header doesn't have the form `t=<seconds>,v1=<hex>`, or has more than 16 signatures.
    #[error("the Stripe-Signature header is malformed")]
    Malformed,
    /// None of the signatures was made over the body with one of the secrets.
    #[error("no signature matches the body")]
    NoMatch,
    /// A signature is right, but was made too long before or after the present time: the delivery was replayed, or a clock
    /// is wrong.
    #[error("the signature's timestamp is outside the tolerance")]
    OutsideTolerance,
}

/// Verifies that the bytes of `body` were signed with one of the secrets, at most `tolerance` before or after `now`.
///
/// `header` is the value of `Stripe-Signature`, or empty if the request has none.
///
/// # Errors
/// The [`SignatureError`] that says why the signature isn't accepted.
pub fn verify(
    body: &[u8],
    header: &str,
    secrets: &Secrets,
    tolerance: Duration,
    now: Timestamp,
) -> Result<(), SignatureError> {
    let header = Header::parse(header)?;
    let message = signed_message(header.timestamp_text, body);
    let authentic = secrets
        .0
        .iter()
        .any(|key| header.signatures.iter().any(|signature| hmac::verify(key, &message, signature).is_ok()));
    if !authentic {
        return Err(SignatureError::NoMatch);
    }
    let distance = now.unix_timestamp().abs_diff(header.timestamp);
    if distance > tolerance.whole_seconds().unsigned_abs() { Err(SignatureError::OutsideTolerance) } else { Ok(()) }
}

/// Returns the number of the secret that `body` was signed with, counted from 1 in the order of the configuration; none if
/// it was signed with none of them. Each event destination has its own secret, so the number tells destinations apart. The
/// time of signing isn't checked.
#[must_use]
pub fn signed_by(body: &[u8], header: &str, secrets: &Secrets) -> Option<usize> {
    let header = Header::parse(header).ok()?;
    let message = signed_message(header.timestamp_text, body);
    let signed = |key| header.signatures.iter().any(|signature| hmac::verify(key, &message, signature).is_ok());
    secrets.0.iter().position(signed).map(|index| index + 1)
}

/// Returns the `Stripe-Signature` header that Stripe would send with `body` at the time `at`. Tests and the local
/// stand-in for Stripe use it.
#[must_use]
pub fn sign(body: &[u8], secret: &str, at: Timestamp) -> String {
    let timestamp = at.unix_timestamp();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &signed_message(&timestamp.to_string(), body));
    format!("t={timestamp},v1={}", hex::encode(tag))
}

/// Returns the bytes that are signed: `<t>.<body>`.
fn signed_message(timestamp: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b".", body].concat()
}

struct Header<'a> {
    timestamp: i64,
    /// The timestamp's digits as the header has them, since these digits were signed.
    timestamp_text: &'a str,
    signatures: Vec<Vec<u8>>,
}

impl<'a> Header<'a> {
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        if header.trim().is_empty() {
            return Err(SignatureError::Missing);
        }
        let mut timestamp_text = None;
        let mut signatures = Vec::new();
        for item in header.split(',') {
            match item.trim().split_once('=') {
                Some(("t", text)) => timestamp_text = Some(text),
                // A text that isn't hexadecimal can't match, so it is left out.
                Some(("v1", text)) => signatures.extend(hex::decode(text)),
                Some(_) => {}
                None => return Err(SignatureError::Malformed),
            }
        }
        let timestamp_text = timestamp_text.ok_or(SignatureError::Malformed)?;
        let timestamp = timestamp_text.parse().map_err(|_| SignatureError::Malformed)?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(SignatureError::Malformed);
        }
        Ok(Self { timestamp, timestamp_text, signatures })
    }
}
