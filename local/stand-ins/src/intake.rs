//! The middleware of the JSON APIs: reads the body, applies faults, keeps the log.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::clock::Clock;
use crate::control::Common;
use crate::faults::{HangUp, When};
use crate::request_log::RequestEntry;

/// The largest body that is read, in bytes.
const LARGEST: usize = 6 << 20;

/// State of the middleware: the common parts, and the vendor's error shape for faults.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    pub(crate) common: Common,
    pub(crate) error: fn(u16) -> Response,
}

/// Runs as middleware around a vendor's API routes.
pub(crate) async fn layer(State(intake): State<Intake>, request: Request, next: Next) -> Response {
    let arrived = Clock::machine_millis();
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let fault = intake.common.faults.take(&method, &path);
    let params = params(&bytes);
    let request = Request::from_parts(parts, Body::from(bytes));
    // A task of its own lets the work go on when the caller gives up waiting.
    let struck = fault.clone();
    let answered = tokio::spawn(async move {
        let early = match struck.as_ref().filter(|fault| fault.when == When::Before) {
            Some(fault) => fault.strike(intake.error).await,
            None => None,
        };
        let response = match early {
            Some(response) => response,
            None => next.run(request).await,
        };
        match struck.as_ref().filter(|fault| fault.when == When::After) {
            Some(fault) => fault.strike(intake.error).await.unwrap_or(response),
            None => response,
        }
    });
    let response = answered.await.unwrap_or_else(|_| (intake.error)(500));
    let hung_up = response.extensions().get::<HangUp>().is_some();
    intake.common.log.push(RequestEntry {
        at: intake.common.clock.now(),
        arrived,
        took: Clock::machine_millis().saturating_sub(arrived),
        method,
        path,
        params,
        idempotency_key: None,
        status: (!hung_up).then(|| response.status().as_u16()),
        faulted: fault.is_some(),
    });
    response
}

/// Returns the body's values by JSON pointer.
fn params(body: &Bytes) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    if let Ok(value) = serde_json::from_slice(body) {
        flatten(String::new(), &value, &mut flat);
    }
    flat
}

fn flatten(pointer: String, value: &Value, flat: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                flatten(format!("{pointer}/{name}"), field, flat);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(format!("{pointer}/{index}"), item, flat);
            }
        }
        Value::String(text) => {
            flat.insert(pointer, text.clone());
        }
        other => {
            flat.insert(pointer, other.to_string());
        }
    }
}
