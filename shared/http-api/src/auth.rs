//! The signed-in user, by the `Authorization` header.

use lambda_http::{Request, http::header};
use pledge_domain::{Timestamp, ports::TokenVerifier, user::VerifiedUser};

use crate::error::ApiError;

/// Returns the signed-in user; none if there is no `Authorization` header.
///
/// # Errors
/// 401 if the header has anything but a valid Firebase ID token, 503 if the token can't be checked now.
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

/// Returns the signed-in user, for an endpoint that requires one.
///
/// # Errors
/// Those of [`signed_in`], and 401 if there is no `Authorization` header.
pub async fn required(
    request: &Request,
    verifier: &impl TokenVerifier,
    now: Timestamp,
) -> Result<VerifiedUser, ApiError> {
    let user = signed_in(request, verifier, now).await?;
    user.ok_or(ApiError::Unauthenticated("the Authorization header is missing"))
}
