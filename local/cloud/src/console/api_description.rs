//! Answers the page's requests that let it call the API: the API's description, and Stripe's signature.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use pledge_stand_ins::Clock;
use pledge_stand_ins::stripe::signature;
use serde_json::Value;

use super::Console;

/// Answers `GET /_console/openapi`: `docs/openapi.yaml` as JSON. The file is read at each request.
pub(super) async fn openapi(State(console): State<Console>) -> Response {
    let text = match std::fs::read_to_string(&console.openapi) {
        Ok(text) => text,
        Err(error) => return (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    };
    match serde_saphyr::from_str::<Value>(&text) {
        Ok(document) => ([(CONTENT_TYPE, "application/json")], document.to_string()).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

/// Answers `POST /_console/sign`: the `Stripe-Signature` for the body, as text.
pub(super) async fn sign(State(console): State<Console>, body: Bytes) -> String {
    let secret = console.endpoints.stripe_webhook_secret;
    signature::header(&[secret], Clock::machine_now(), &body)
}
