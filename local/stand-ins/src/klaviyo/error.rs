//! Errors in Klaviyo's JSON:API shape: `{"errors": [{id, status, code, title, detail, source}]}`.
//! <https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling>

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::profiles::Conflict;

/// One entry of `errors`, with the status of the whole answer.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Box<str>,
    source: Value,
    retry_after: Option<u64>,
    /// The profile that has the identifier already.
    duplicate_of: Option<Box<str>>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let source = json!({ "pointer": "/data/" });
        let detail = detail.into().into_boxed_str();
        Self { status, code, title, detail, source, retry_after: None, duplicate_of: None }
    }

    /// Makes the 400 for a value that is refused, with the JSON pointer to it.
    pub(crate) fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, "invalid", "Invalid input.", detail);
        Self { source: json!({ "pointer": pointer }), ..error }
    }

    /// Makes the 400 for a header that is missing or wrong.
    pub(crate) fn header(name: &str, detail: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, "invalid", "Invalid input.", detail);
        Self { source: json!({ "header": name }), ..error }
    }

    pub(crate) fn not_authenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_authenticated",
            "Authentication credentials were not provided.",
            "Missing or invalid authorization scheme. Please use Klaviyo-API-Key.",
        )
    }

    pub(crate) fn wrong_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "authentication_failed",
            "Incorrect authentication credentials.",
            "The API key specified is incorrect or expired.",
        )
    }

    pub(crate) fn media_type(given: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Unsupported media type in request.",
            format!("Unsupported media type '{given}' in request."),
        )
    }

    pub(crate) fn throttled(seconds: u64) -> Self {
        let error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "throttled",
            "Request was throttled.",
            format!("Request was throttled. Expected available in {seconds} seconds."),
        );
        Self { retry_after: Some(seconds), ..error }
    }

    /// Makes the 409 for identifiers that belong to several profiles, with the id of another one.
    /// <https://developers.klaviyo.com/en/reference/create_profile>
    pub(crate) fn conflict(Conflict(profile): Conflict) -> Self {
        let detail = "A profile already exists with one of these identifiers.";
        let error = Self::new(StatusCode::CONFLICT, "duplicate_profile", "Conflict.", detail);
        let source = json!({ "pointer": "/data/attributes" });
        Self { source, duplicate_of: Some(profile.into()), ..error }
    }

    pub(crate) fn no_such_list(id: &str) -> Self {
        let error =
            Self::new(StatusCode::NOT_FOUND, "not_found", "Not found.", format!("A list with id {id} does not exist."));
        Self { source: json!({ "pointer": "/data/relationships/list/data/id" }), ..error }
    }

    /// Makes the error of a fault with `status`.
    pub(crate) fn injected(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match status {
            StatusCode::TOO_MANY_REQUESTS => Self { retry_after: None, ..Self::throttled(1) },
            StatusCode::UNAUTHORIZED => Self::wrong_key(),
            _ => Self::new(status, "error", "A server error occurred.", "A server error occurred."),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let meta = self.duplicate_of.map_or_else(|| json!({}), |profile| json!({ "duplicate_profile_id": profile }));
        let body = json!({ "errors": [{
            "id": "00000000-0000-4000-8000-000000000000",
            "status": self.status.as_u16(),
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "source": self.source,
            "links": {},
            "meta": meta,
        }] });
        let mut response = (self.status, Json(body)).into_response();
        let kind = axum::http::HeaderValue::from_static("application/vnd.api+json");
        response.headers_mut().insert("content-type", kind);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        response
    }
}
