//! The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): the same key, the same answer.

use lambda_http::Request;

use crate::error::ApiError;

/// Longest key that is accepted, as at Stripe.
const MAX_KEY: usize = 255;

/// Returns the key, if the client sent one.
///
/// # Errors
/// 400 if it is empty, longer than 255 characters, or not visible ASCII.
pub fn key(request: &Request) -> Result<Option<String>, ApiError> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(ApiError::InvalidRequest("has an Idempotency-Key that is not 1 to 255 visible ASCII characters"));
    }
    Ok(Some(key.to_owned()))
}
