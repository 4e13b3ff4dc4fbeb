//! Making responses, and the one place where an error is logged and becomes a response.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use lambda_http::{
    Body, Request, Response,
    http::{HeaderValue, StatusCode, header},
};
use pledge_domain::error_chain::ErrorChain;
use serde::Serialize;

use crate::error::{ApiError, RETRY_AFTER_SECONDS};

/// Returns a JSON response with `Cache-Control: no-store`, since most responses are about one person.
///
/// # Errors
/// [`ApiError::Internal`] if the value can't be written as JSON.
pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Body>, ApiError> {
    let body = serde_json::to_string(value).map_err(|error| ApiError::Internal(Box::new(error)))?;
    Ok(response(status, body))
}

/// Returns a JSON response without personal data, which browsers and caches may keep for `max_age` seconds. A client that
/// sends the `ETag` of the response that it has gets 304 without a body if nothing changed.
///
/// # Errors
/// [`ApiError::Internal`] if the value can't be written as JSON.
pub fn cacheable(request: &Request, value: &impl Serialize, max_age: u32) -> Result<Response<Body>, ApiError> {
    let body = serde_json::to_string(value).map_err(|error| ApiError::Internal(Box::new(error)))?;
    let header = |text: String| HeaderValue::from_str(&text).map_err(|error| ApiError::Internal(Box::new(error)));
    let tag = header(entity_tag(&body))?;
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter().any(|value| value == tag);
    let mut response = response(StatusCode::OK, body);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::Empty;
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().insert(header::CACHE_CONTROL, header(format!("public, max-age={max_age}"))?);
    Ok(response)
}

/// Returns the entity tag of a body, which is the same in every process of a deployment.
fn entity_tag(body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Returns a redirection (303), which leads the browser from a plain HTML form to another page.
///
/// # Errors
/// [`ApiError::Internal`] if `location` can't be a header.
pub fn see_other(location: &str) -> Result<Response<Body>, ApiError> {
    let location = HeaderValue::from_str(location).map_err(|error| ApiError::Internal(Box::new(error)))?;
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

fn response(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The mark on a response to an error that needs an operator, by which such responses are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NeedsOperator;

/// The body of every error response.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    /// The error's code, for programs; `docs/ERRORS.md` lists the codes.
    code: &'static str,
    /// The error's message, for people.
    message: String,
    /// The id under which the log has the cause; set for server errors only.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// The name of each invalid field, with how to correct it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<BTreeMap<&'a str, &'a str>>,
}

/// Returns the response to an error, and logs the error once: a server error with its causes at `error`, a client's mistake
/// at `info`.
pub(crate) fn refuse(error: &ApiError, request_id: &str) -> Response<Body> {
    let status = error.status();
    if status.is_server_error() {
        tracing::error!(code = error.code(), error = %ErrorChain(error), "the request failed");
    } else {
        tracing::info!(code = error.code(), status = status.as_u16(), "the request was refused");
    }
    let body = ErrorBody {
        code: error.code(),
        message: error.message(),
        request_id: status.is_server_error().then_some(request_id),
        fields: error.fields(),
    };
    // Serializing a struct of texts can't fail.
    let mut response = response(status, serde_json::to_string(&body).unwrap_or_default());
    match error {
        ApiError::Unavailable { .. } => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        ApiError::TooManyRequests { retry_after } => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
        }
        ApiError::NeedsOperator { .. } => {
            response.extensions_mut().insert(NeedsOperator);
        }
        _ => {}
    }
    response
}

#[cfg(test)]
mod tests {
    use pledge_domain::fields::FieldErrors;
    use serde_json::json;

    use super::*;

    fn body_of(error: &ApiError) -> serde_json::Value {
        let Body::Text(text) = refuse(error, "r-1").into_body() else { panic!("an error has a text") };
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_client_error_says_what_to_fix() {
        let body = body_of(&FieldErrors::one("email", "is required").into());
        assert_eq!(
            body,
            json!({
                "code": "INVALID_REQUEST",
                "message": "Some fields are missing or wrong; see \"fields\".",
                "fields": { "email": "is required" },
            })
        );
    }

    #[test]
    fn a_server_error_says_nothing_but_the_request_id() {
        let body = body_of(&ApiError::Internal("password=hunter2".into()));
        assert!(!body.to_string().contains("hunter2"));
        assert_eq!(body["requestId"], "r-1");
    }

    #[test]
    fn nobody_is_told_to_try_again_where_that_does_not_help() {
        let error = ApiError::from(pledge_domain::ports::GatewayError::Refused("no such price".into()));
        let response = refuse(&error, "r-1");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!response.headers().contains_key(header::RETRY_AFTER));
        let body = body_of(&error);
        assert_eq!((&body["code"], &body["requestId"]), (&json!("PAYMENT_PROVIDER_REFUSED"), &json!("r-1")));
        assert!(!body.to_string().contains("no such price"));
    }

    #[test]
    fn who_may_try_again_is_told_when() {
        let error = ApiError::from(pledge_domain::ports::StoreError::Unavailable("down".into()));
        let response = refuse(&error, "r-1");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
