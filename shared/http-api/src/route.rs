//! The path of a request, by which a function with several routes finds the endpoint.
//!
//! Paths have API Gateway's stage as a prefix except on the `$default` stage, so routes are compared from the end.

use lambda_http::{Request, RequestExt};

use crate::error::ApiError;

/// Returns the segments of the request's path, as API Gateway got it, without empty ones.
#[must_use]
pub fn segments(request: &Request) -> Vec<&str> {
    let raw = request.raw_http_path();
    let path = if raw.is_empty() { request.uri().path() } else { raw };
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Returns a 404 `NOT_FOUND`, for a request that no route of the function matches.
#[must_use]
pub fn unknown() -> ApiError {
    ApiError::not_found("NOT_FOUND", "There is no such endpoint.")
}
