//! App Check: its keys, and the exchange of a debug token, which replaces a browser's proof that it runs our page.
//! <https://firebase.google.com/docs/reference/appcheck/rest/v1/projects.apps/exchangeDebugToken>

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error::ApiError;
use super::state::Firebase;

/// The number of the project, which isn't its id.
pub const PROJECT_NUMBER: u64 = 123_456_789_012;

/// The one app of the project.
pub const APP_ID: &str = "1:123456789012:web:0a1b2c3d4e5f60718293a4";

/// The one debug token that is registered for the app.
pub const DEBUG_TOKEN: &str = "00000000-0000-4000-8000-00000000000a";

/// The lifetime of a token, in seconds.
const LIFETIME: i64 = 3600;

/// Answers `GET /v1/jwks`.
pub(super) async fn jwk_set(State(firebase): State<Arc<Firebase>>) -> Response {
    let keys = json!({ "keys": [firebase.app_check.jwk()] });
    ([("cache-control", "public, max-age=21600")], Json(keys)).into_response()
}

/// Answers `POST /v1/projects/{number}/apps/{app}:exchangeDebugToken`.
pub(super) async fn exchange(
    State(firebase): State<Arc<Firebase>>,
    Path((project, call)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let app = call.strip_suffix(":exchangeDebugToken").ok_or_else(|| ApiError::unsimulated(&call))?;
    let is_our_project = project == PROJECT_NUMBER.to_string() || project == firebase.project;
    if !is_our_project || app != APP_ID {
        return Err(ApiError::forbidden("App not registered"));
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| ApiError::payload("It is no JSON."))?;
    let given = body.get("debug_token").or_else(|| body.get("debugToken"));
    if given != Some(&DEBUG_TOKEN.into()) {
        return Err(ApiError::forbidden("App attestation failed."));
    }
    Ok(Json(json!({ "token": token(&firebase), "ttl": format!("{LIFETIME}s") })))
}

fn token(firebase: &Firebase) -> String {
    let now = firebase.common.clock.now();
    firebase.app_check.sign(&json!({
        "iss": format!("https://firebaseappcheck.googleapis.com/{PROJECT_NUMBER}"),
        "aud": [format!("projects/{PROJECT_NUMBER}"), format!("projects/{}", firebase.project)],
        "sub": APP_ID,
        "iat": now,
        "exp": now + LIFETIME,
        "provider": "debug",
    }))
}
