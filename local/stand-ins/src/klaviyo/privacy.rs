//! `POST /api/data-privacy-deletion-jobs`: deletes a profile with everything that is known of it.
//! <https://developers.klaviyo.com/en/reference/request_profile_deletion>

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::api::check_headers;
use super::error::ApiError;
use super::state::Klaviyo;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    data: Resource<Attributes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource<T> {
    #[serde(rename = "type")]
    kind: String,
    attributes: T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attributes {
    profile: Profile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    data: Resource<Identifier>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Identifier {
    email: Option<String>,
    phone_number: Option<String>,
}

pub(super) async fn delete(State(klaviyo): State<Arc<Klaviyo>>, headers: HeaderMap, body: Bytes) -> Response {
    match take(&klaviyo, &headers, &body) {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => error.into_response(),
    }
}

fn take(klaviyo: &Klaviyo, headers: &HeaderMap, body: &[u8]) -> Result<(), ApiError> {
    check_headers(klaviyo.api_key.as_deref(), headers)?;
    let body: Body =
        serde_json::from_slice(body).map_err(|error| ApiError::invalid("/data", format!("Invalid input: {error}")))?;
    let profile = body.data.attributes.profile.data;
    if body.data.kind != "data-privacy-deletion-job" || profile.kind != "profile" {
        return Err(ApiError::invalid("/data/type", "Invalid type."));
    }
    match profile.attributes {
        Identifier { email: Some(email), phone_number: None } => klaviyo.with(|inner| inner.delete_profile(&email)),
        Identifier { email: None, phone_number: Some(_) } => {}
        _ => return Err(ApiError::invalid("/data/attributes/profile", "Give exactly one identifier.")),
    }
    Ok(())
}
