//! The endpoint that publishes an issuer's keys.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::serve;

/// A server that publishes an issuer's keys, which clients may keep for an hour.
#[derive(Clone, Default)]
pub struct KeyServer {
    /// The keys that are published; none if requests fail.
    keys: Arc<Mutex<Option<Vec<Value>>>>,
    /// The number of requests so far.
    requests: Arc<Mutex<u32>>,
}

impl KeyServer {
    /// Starts a server that publishes `keys`, and returns its address too.
    pub async fn start(keys: Vec<Value>) -> (Self, String) {
        let server = Self { keys: Arc::new(Mutex::new(Some(keys))), ..Self::default() };
        let base = serve(Router::new().route("/keys", get(answer)).with_state(server.clone())).await;
        (server, format!("{base}/keys"))
    }

    /// Publishes these keys from now on. With `None`, requests fail.
    pub fn publish(&self, keys: Option<Vec<Value>>) {
        *self.keys.lock().unwrap() = keys;
    }

    /// Returns the number of requests so far.
    pub fn requests(&self) -> u32 {
        *self.requests.lock().unwrap()
    }
}

async fn answer(State(server): State<KeyServer>) -> Response {
    *server.requests.lock().unwrap() += 1;
    match server.keys.lock().unwrap().clone() {
        Some(keys) => ([(CACHE_CONTROL, "public, max-age=3600")], Json(json!({ "keys": keys }))).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
