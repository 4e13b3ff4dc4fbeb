//! The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): the same key, the same answer.

use lambda_http::Request;
use pledge_domain::fields::{FieldErrors, FormFields};

use crate::{error::ApiError, fields::Fields};

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

/// The field in which a plain HTML form sends its key, since it can't set a header: a hidden field, new for each form that
/// is shown.
pub const FIELD: &str = "idempotencyKey";

/// Takes the key out of the field [`FIELD`], if the form has one.
///
/// # Errors
/// 400 that names the field if it is longer than 255 characters or not visible ASCII.
pub fn field(fields: &mut Fields) -> Result<Option<String>, ApiError> {
    let Some(key) = fields.text(FIELD).filter(|key| !key.is_empty()) else { return Ok(None) };
    if key.len() > MAX_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err(FieldErrors::one(FIELD, "must have at most 255 characters of visible ASCII").into());
    }
    Ok(Some(key))
}
