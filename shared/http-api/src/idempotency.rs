//! The `Idempotency-Key` header (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>), with which
//! a client repeats a request without doing it twice.

use lambda_http::Request;
use pledge_domain::fields::{FieldErrors, FormFields};

use crate::{error::ApiError, fields::Fields};

/// The longest key that is accepted, in characters, as at Stripe (<https://docs.stripe.com/api/idempotent_requests>).
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

/// The hidden field in which a plain HTML form sends its key, since it can't set a header. Each form that is shown needs a
/// new key.
pub const FIELD: &str = "idempotencyKey";

/// Takes the key from the field [`FIELD`], if the form has it.
///
/// # Errors
/// 400 with the field if the key is longer than 255 characters or not visible ASCII.
pub fn field(fields: &mut Fields) -> Result<Option<String>, ApiError> {
    let Some(key) = fields.text(FIELD).filter(|key| !key.is_empty()) else { return Ok(None) };
    if key.len() > MAX_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err(FieldErrors::one(FIELD, "must have at most 255 characters of visible ASCII").into());
    }
    Ok(Some(key))
}
