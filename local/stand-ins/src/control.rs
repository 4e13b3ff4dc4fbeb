//! The controls that every stand-in has below `/_control`: its clock, its faults, its log of requests.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::request_log::{RequestEntry, RequestLog};

/// The clock, the faults and the log of requests of a stand-in. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Common {
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

/// A stand-in's reaction to its clock having been moved.
pub(crate) type AfterAdvance = Arc<dyn Fn() + Send + Sync>;

/// Returns the routes of these controls.
///
/// - `GET /_control/health`
/// - `GET /_control/clock`, `POST /_control/clock/advance` `{"seconds": 86400}`
/// - `GET|POST|DELETE /_control/faults` (a [`Fault`] as JSON)
/// - `GET|DELETE /_control/requests`
pub(crate) fn router(common: Common, after_advance: AfterAdvance) -> Router {
    let advance = {
        let clock = common.clock.clone();
        async move |Json(by): Json<Advance>| {
            clock.advance(Duration::from_secs(by.seconds));
            after_advance();
            Json(json!({ "now": clock.now() }))
        }
    };
    Router::new()
        .route("/_control/health", get(async || Json(json!({ "ok": true }))))
        .route("/_control/clock", get(clock))
        .route("/_control/clock/advance", post(advance))
        .route("/_control/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/_control/requests", get(requests).delete(clear_requests))
        .with_state(common)
}

async fn clock(State(common): State<Common>) -> Json<Value> {
    Json(json!({ "now": common.clock.now() }))
}

async fn faults(State(common): State<Common>) -> Json<Vec<Fault>> {
    Json(common.faults.waiting())
}

async fn add_fault(State(common): State<Common>, Json(fault): Json<Fault>) -> Json<Vec<Fault>> {
    common.faults.add(fault);
    Json(common.faults.waiting())
}

async fn clear_faults(State(common): State<Common>) -> Json<Vec<Fault>> {
    common.faults.clear();
    Json(Vec::new())
}

async fn requests(State(common): State<Common>) -> Json<Vec<RequestEntry>> {
    Json(common.log.all())
}

async fn clear_requests(State(common): State<Common>) -> Json<Vec<RequestEntry>> {
    common.log.clear();
    Json(Vec::new())
}
