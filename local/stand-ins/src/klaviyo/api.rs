//! `POST /api/events`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::body;
use super::error::ApiError;
use super::state::{Attempt, Klaviyo};

pub(super) async fn create_event(State(klaviyo): State<Arc<Klaviyo>>, headers: HeaderMap, body: Bytes) -> Response {
    let outcome = take(&klaviyo, &headers, &body);
    let (response, duplicate) = match outcome {
        Ok(Taken { duplicate, phone_ignored }) => {
            let mut response = StatusCode::ACCEPTED.into_response();
            if phone_ignored {
                let ignored = HeaderValue::from_static("phone_number");
                response.headers_mut().insert("x-klaviyo-partial-failure", ignored);
            }
            (response, duplicate)
        }
        Err(error) => (error.into_response(), false),
    };
    let attempt = Attempt {
        body: serde_json::from_slice(&body).unwrap_or_default(),
        status: response.status().as_u16(),
        duplicate,
    };
    klaviyo.with(|inner| inner.attempts.push(attempt));
    response
}

struct Taken {
    duplicate: bool,
    phone_ignored: bool,
}

fn take(klaviyo: &Klaviyo, headers: &HeaderMap, body: &[u8]) -> Result<Taken, ApiError> {
    check_headers(klaviyo.api_key.as_deref(), headers)?;
    let now = klaviyo.common.clock.now();
    klaviyo.with(|inner| match inner.limits {
        Some(limits) => inner.windows.admit(limits, now).map_err(ApiError::throttled),
        None => Ok(()),
    })?;
    let checked = body::check(body, klaviyo.phones, now)?;
    let phone_ignored = checked.phone_ignored;
    let counted = klaviyo.with(|inner| inner.accept(checked, now)).map_err(ApiError::conflict)?;
    Ok(Taken { duplicate: !counted, phone_ignored })
}

pub(super) fn check_headers(api_key: Option<&str>, headers: &HeaderMap) -> Result<(), ApiError> {
    check_reading(api_key, headers)?;
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().map(str::trim) {
        Some("application/vnd.api+json") => Ok(()),
        _ => Err(ApiError::media_type(kind)),
    }
}

/// Checks the headers of a request without a body.
pub(super) fn check_reading(api_key: Option<&str>, headers: &HeaderMap) -> Result<(), ApiError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = header("authorization").strip_prefix("Klaviyo-API-Key ").ok_or_else(ApiError::not_authenticated)?;
    if key.is_empty() || api_key.is_some_and(|expected| expected != key) {
        return Err(ApiError::wrong_key());
    }
    let revision = header("revision");
    if revision.is_empty() {
        return Err(ApiError::header("revision", "The revision header is required."));
    }
    if !is_date(revision) {
        return Err(ApiError::header("revision", format!("Invalid revision '{revision}': expected YYYY-MM-DD.")));
    }
    Ok(())
}

/// Returns whether a revision is `YYYY-MM-DD`, with an optional `.pre` as Klaviyo's beta revisions have.
fn is_date(revision: &str) -> bool {
    let date = revision.strip_suffix(".pre").unwrap_or(revision);
    let format = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(date, format).is_ok()
}
