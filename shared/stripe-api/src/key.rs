//! Idempotency keys (<https://docs.stripe.com/api/idempotent_requests>).

use pledge_domain::ports::GatewayError;
use stripe_client_core::IdempotencyKey;
use uuid::Uuid;

/// Returns the idempotency key for a text. The key is the text itself, so that Stripe's log can be searched for it. A
/// text of more than 255 bytes, or with characters that a header can't carry (a reader's id may have some), is
/// replaced by a UUID that is derived from the text: equal texts have equal keys.
///
/// # Errors
/// [`GatewayError::Refused`] if Stripe's library doesn't accept the key, for example because it is empty.
pub fn key(text: &str) -> Result<IdempotencyKey, GatewayError> {
    let fits = text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic());
    let key = if fits { text.to_owned() } else { Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).to_string() };
    IdempotencyKey::new(key).map_err(|error| GatewayError::Refused(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_has_a_key_of_its_own() {
        assert_eq!(key("checkout:1:1").unwrap().as_str(), "checkout:1:1");
        let odd = ["käse".to_owned(), "a b".to_owned(), "x".repeat(256), "x".repeat(257)];
        let keys: std::collections::BTreeSet<_> = odd.iter().map(|text| key(text).unwrap().into_inner()).collect();
        assert_eq!(keys.len(), odd.len());
        assert!(keys.iter().all(|key| key.len() == 36 && key.is_ascii()));
        assert_eq!(key("käse").unwrap(), key("käse").unwrap());
    }
}
