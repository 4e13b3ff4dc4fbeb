//! Errors in Stripe's shape: `{"error": {"type", "code", "message", "param", …}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// An error answer of the Stripe stand-in.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    fields: Map<String, Value>,
    /// Whether the endpoint hadn't begun its work: then an idempotency key doesn't remember the error.
    pub(crate) before_execution: bool,
}

impl ApiError {
    fn new(status: StatusCode, kind: &str, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("type".into(), kind.into());
        fields.insert("message".into(), message.into().into());
        Self { status, fields, before_execution: false }
    }

    /// Makes the 400 for an invalid request.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    /// Makes the 400 for a parameter that is refused before anything happens.
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self { before_execution: true, ..Self::invalid(message) }
    }

    /// Makes the 400 `resource_missing` for a parameter that names an object that doesn't exist.
    pub(crate) fn missing_in(param: &str, object: &str, id: &str) -> Self {
        Self::invalid(format!("No such {object}: '{id}'")).code("resource_missing").param(param)
    }

    /// Makes the 404 `resource_missing` for an object in the path that doesn't exist.
    pub(crate) fn missing(param: &str, object: &str, id: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::missing_in(param, object, id) }
    }

    /// Makes the 404 for a path or method that Stripe or this stand-in doesn't have.
    pub(crate) fn unknown_url(method: &str, path: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            format!("Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs"),
        )
    }

    /// Makes the 401 for a missing or wrong API key.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message);
        Self { before_execution: true, ..error }
    }

    /// Makes the 403 for a key without the permission.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::FORBIDDEN, "invalid_request_error", message);
        Self { before_execution: true, ..error }.code("secret_key_required")
    }

    /// Makes the 403 for a restricted key without this permission.
    pub(crate) fn more_permissions(path: &str) -> Self {
        let error = Self::new(
            StatusCode::FORBIDDEN,
            "invalid_request_error",
            format!("The provided key does not have the required permissions for this endpoint ({path})."),
        );
        Self { before_execution: true, ..error }.code("more_permissions_required")
    }

    /// Makes the 402 for a payment that was refused.
    pub(crate) fn card(code: &str, decline_code: Option<&str>, message: &str) -> Self {
        let error = Self::new(StatusCode::PAYMENT_REQUIRED, "card_error", message).code(code);
        match decline_code {
            Some(decline_code) => error.with("decline_code", decline_code),
            None => error,
        }
    }

    /// Makes the 400 for an idempotency key that came with another request before.
    pub(crate) fn idempotency_mismatch(message: String) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, "idempotency_error", message);
        Self { before_execution: true, ..error }
    }

    /// Makes the 409 for an idempotency key whose first request is still running.
    pub(crate) fn idempotency_in_use(key: &str) -> Self {
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key \
             (that probably means you submitted twice, and the other request is still going \
             through): {key}. Please try again later."
        );
        let error = Self::new(StatusCode::CONFLICT, "idempotency_error", message);
        Self { before_execution: true, ..error }.code("idempotency_key_in_use")
    }

    /// Makes the error of a fault with `status`.
    pub(crate) fn injected(status: u16) -> Self {
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match status {
            402 => Self::card("card_declined", Some("generic_decline"), "Your card was declined."),
            429 => Self::new(
                code,
                "invalid_request_error",
                "Request rate limit exceeded. Learn more about rate limits here \
                 https://stripe.com/docs/rate-limits.",
            )
            .code("rate_limit"),
            _ => Self::new(
                code,
                "api_error",
                "Sorry! There was an error while talking to Stripe. Please let us know at \
                 support@stripe.com if this problem persists.",
            ),
        }
    }

    pub(crate) fn code(self, code: &str) -> Self {
        let doc_url = format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
        self.with("code", code).with("doc_url", doc_url)
    }

    pub(crate) fn param(self, param: impl Into<String>) -> Self {
        self.with("param", param.into())
    }

    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// Returns the object inside `error`, as `last_payment_error` shows it.
    pub(crate) fn to_value(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.fields })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body())).into_response()
    }
}
