//! The `Authorization` header.

use lambda_http::{Request, http::header};
use pledge_domain::{Timestamp, ports::TokenVerifier, user::VerifiedUser};

use crate::error::ApiError;

/// Returns who is signed in, or none if there is no `Authorization` header.
///
/// # Errors
/// 401 if the header holds anything but a valid Firebase ID token, 503 if the token can't be checked now.
pub async fn signed_in(
    request: &Request,
    verifier: &impl TokenVerifier,
    now: Timestamp,
) -> Result<Option<VerifiedUser>, ApiError> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or(ApiError::Unauthenticated("the Authorization header must be \"Bearer <Firebase ID token>\""))?;
    verifier.verify(token, now).await.map(Some).map_err(ApiError::from)
}

/// Returns who is signed in, for an endpoint that needs somebody.
///
/// # Errors
/// Fails like [`signed_in`], and answers 401 if there is no `Authorization` header.
pub async fn required(
    request: &Request,
    verifier: &impl TokenVerifier,
    now: Timestamp,
) -> Result<VerifiedUser, ApiError> {
    let user = signed_in(request, verifier, now).await?;
    user.ok_or(ApiError::Unauthenticated("the Authorization header is missing"))
}
