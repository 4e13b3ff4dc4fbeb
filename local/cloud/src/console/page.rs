//! Serves the page's files and its requests for the activity.

use std::convert::Infallible;
use std::path::Path as FilePath;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::{Console, Entry};
use crate::files::{content_type, inside};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Answers `GET /`.
pub(super) async fn index(State(console): State<Console>) -> Response {
    read(&console, FilePath::new("index.html"))
}

/// Answers `GET /_console/{file}`.
pub(super) async fn file(State(console): State<Console>, Path(file): Path<String>) -> Response {
    read(&console, FilePath::new(&file))
}

/// Reads a file at each request, so that a changed file is served at once.
fn read(console: &Console, file: &FilePath) -> Response {
    let (Some(kind), true) = (content_type(file), inside(file)) else { return StatusCode::NOT_FOUND.into_response() };
    match std::fs::read(console.folder.join(file)) {
        Ok(bytes) => {
            let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache"), (CONTENT_SECURITY_POLICY, POLICY)];
            (headers, bytes).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Answers `GET /_console/activity`: the entries that are kept, oldest first.
pub(super) async fn activity(State(console): State<Console>) -> Json<Vec<Entry>> {
    Json(console.activity.all().iter().map(|entry| Entry::clone(entry)).collect())
}

/// Answers `GET /_console/stream`: every entry from now on, as server-sent events.
pub(super) async fn stream(State(console): State<Console>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = unfold(console.activity.subscribe(), |mut news| async {
        let event = match news.recv().await {
            Ok(entry) => Event::default().json_data(&*entry).unwrap_or_default(),
            // The page was too slow, and reads all entries again.
            Err(RecvError::Lagged(_)) => Event::default().event("lagged").data(""),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), news))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// Answers `GET /_console/endpoints`: addresses, without the secrets.
pub(super) async fn endpoints(State(console): State<Console>) -> Json<Value> {
    let endpoints = &console.endpoints;
    Json(json!({
        "api": endpoints.api,
        "storefront": endpoints.storefront,
        "controls": endpoints.controls,
    }))
}
