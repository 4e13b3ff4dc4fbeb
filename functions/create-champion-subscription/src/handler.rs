//! From requests to the use cases and back.

use lambda_http::http::StatusCode;
use pledge_http_api::{ApiError, Body, Request, Response, answer};

/// Answers a request: not yet.
pub async fn handle(request: Request) -> Response<Body> {
    answer::respond(request, async |_| {
        Err(ApiError::Refused {
            status: StatusCode::NOT_IMPLEMENTED,
            code: "NOT_IMPLEMENTED",
            message: "Champion subscriptions are not available yet.".to_owned(),
        })
    })
    .await
}
