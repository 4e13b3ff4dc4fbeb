//! Forwards the page's requests to the stand-ins' controls.

use axum::body::Body;
use axum::extract::{Path as Captured, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::Console;

pub(super) type Client = legacy::Client<HttpConnector, Body>;

pub(super) fn client() -> Client {
    legacy::Client::builder(TokioExecutor::new()).build_http()
}

/// Answers `/_console/control/{system}/{path}`: forwards a request to a stand-in's controls.
pub(super) async fn control(
    State(console): State<Console>,
    Captured((system, path)): Captured<(String, String)>,
    mut request: Request,
) -> Response {
    let controls = &console.endpoints.controls;
    let base = match system.as_str() {
        "stripe" => &controls.stripe,
        "klaviyo" => &controls.klaviyo,
        "firebase" => &controls.firebase,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(uri) = format!("{base}/{path}{query}").parse() else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    request.headers_mut().remove(axum::http::header::HOST);
    match console.client.request(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
