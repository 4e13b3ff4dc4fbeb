//! Which endpoint a request is for.
//!
//! API Gateway has routed already; a function that serves several routes asks here which one it was. Paths carry the
//! stage as a prefix except on the `$default` stage, so routes are compared from the end.

use lambda_http::{Request, RequestExt};

use crate::error::ApiError;

/// Returns the request's path as API Gateway got it, split at its slashes.
#[must_use]
pub fn segments(request: &Request) -> Vec<&str> {
    let raw = request.raw_http_path();
    let path = if raw.is_empty() { request.uri().path() } else { raw };
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Makes a 404 for a request that no route of this function takes.
#[must_use]
pub fn unknown() -> ApiError {
    ApiError::not_found("NOT_FOUND", "There is no such endpoint.")
}
