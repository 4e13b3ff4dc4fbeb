//! `Stripe-Signature`: HMAC-SHA256 over `<time>.<body>`, one `v1` for each secret.
//! <https://docs.stripe.com/webhooks#verify-manually>

use std::fmt::Write;

use ring::hmac;

/// Returns the header for `body`, signed at `time` (seconds since the epoch) with each of `secrets`.
#[must_use]
pub fn header(secrets: &[String], time: i64, body: &[u8]) -> String {
    let mut header = format!("t={time}");
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [time.to_string().as_bytes(), b".", body].concat();
        let signature = hex::encode(hmac::sign(&key, &signed));
        // Writing to a String can't fail.
        let _ = write!(header, ",v1={signature}");
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signature computed by `printf '1492774577.{"a":1}' | openssl dgst -sha256 -hmac whsec_test`.
    const EXPECTED: &str = "2a55874e33dedb30da6fac02873208f53a243141599a71c0d52a1d5b89656823";

    #[test]
    fn the_signature_is_that_of_openssl() {
        let secrets = ["whsec_test".to_owned(), "whsec_other".to_owned()];
        let header = header(&secrets, 1_492_774_577, br#"{"a":1}"#);
        let mut parts = header.split(',');
        assert_eq!(parts.next(), Some("t=1492774577"));
        assert_eq!(parts.next(), Some(format!("v1={EXPECTED}").as_str()));
        assert_eq!(parts.count(), 1, "one more for the other secret");
    }
}
