//! Errors in Google's shape: `{"error": {"code", "message", "errors": [{message, reason, domain}]}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error answer of the Identity Toolkit.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    reason: &'static str,
    /// The status by Google's name; none for Identity Toolkit's own errors.
    grpc: Option<&'static str>,
}

impl ApiError {
    /// Makes a 400 with one of Identity Toolkit's own codes (`EMAIL_EXISTS`).
    pub(crate) fn code(code: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: code.into(), reason: "invalid", grpc: None }
    }

    /// Makes the 400 for a body that doesn't fit the request's type.
    pub(crate) fn payload(detail: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: format!("Invalid JSON payload received. {detail}"),
            reason: "badRequest",
            grpc: Some("INVALID_ARGUMENT"),
        }
    }

    /// Makes the 401 for a missing or wrong access token.
    pub(crate) fn unauthenticated() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            message: "Request had invalid authentication credentials. Expected OAuth 2 access \
                      token, login cookie or other valid authentication credential."
                .to_owned(),
            reason: "authError",
            grpc: Some("UNAUTHENTICATED"),
        }
    }

    /// Makes the 403 for a missing API key, or another project.
    pub(crate) fn forbidden(message: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            message: message.to_owned(),
            reason: "forbidden",
            grpc: Some("PERMISSION_DENIED"),
        }
    }

    /// Makes the 501 for a request that this stand-in doesn't know, although Google may.
    pub(crate) fn unsimulated(request: &str) -> Self {
        Self {
            status: StatusCode::NOT_IMPLEMENTED,
            message: format!("STAND_IN_UNSIMULATED : The stand-in for Firebase doesn't simulate {request}."),
            reason: "notImplemented",
            grpc: Some("UNIMPLEMENTED"),
        }
    }

    /// Makes the error of a fault with `status`.
    pub(crate) fn injected(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (message, grpc) = match status {
            StatusCode::TOO_MANY_REQUESTS => ("Quota exceeded.", "RESOURCE_EXHAUSTED"),
            StatusCode::SERVICE_UNAVAILABLE => ("The service is currently unavailable.", "UNAVAILABLE"),
            _ => ("Internal error encountered.", "INTERNAL"),
        };
        Self { status, message: message.to_owned(), reason: "backendError", grpc: Some(grpc) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut error = json!({
            "code": self.status.as_u16(),
            "message": self.message,
            "errors": [{ "message": self.message, "reason": self.reason, "domain": "global" }],
        });
        if let (Some(grpc), Some(fields)) = (self.grpc, error.as_object_mut()) {
            fields.insert("status".to_owned(), grpc.into());
        }
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}
