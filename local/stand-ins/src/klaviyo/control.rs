//! The controls of the Klaviyo stand-in over HTTP.
//!
//! | Route below `/_control` | |
//! |---|---|
//! | `GET events?metric=&email=` | the accepted events |
//! | `GET events/wait?count=&metric=&email=&timeout_ms=` | long poll |
//! | `GET attempts` | every request with its status |
//! | `GET profiles?email=` | whom the account knows, and whether they get marketing |
//! | `POST profiles/confirm` `{"email": …}` | somebody confirms what a double opt-in list has asked |
//! | `POST profiles/unsubscribe` `{"email": …}` | somebody follows the link in a mail that unsubscribes |
//! | `GET jobs` | every request to subscribe or unsubscribe |
//! | `POST lists` `{"id": …, "double_opt_in": false}` | makes or changes a list |
//! | `POST limits` | `{"per_second": 350, "per_minute": 3500}`, or `null` for none |
//! | `POST reset` | forgets events, attempts, faults and requests |

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::limits::RateLimits;
use super::profiles::Profile;
use super::state::{AcceptedEvent, Attempt, Job, Klaviyo};

type Shared = State<Arc<Klaviyo>>;

pub(super) fn router(klaviyo: Arc<Klaviyo>) -> Router {
    Router::new()
        .route("/_control/events", get(events))
        .route("/_control/events/wait", get(wait))
        .route("/_control/attempts", get(attempts))
        .route("/_control/profiles", get(profiles))
        .route("/_control/profiles/confirm", post(confirm))
        .route("/_control/profiles/unsubscribe", post(unsubscribe))
        .route("/_control/jobs", get(jobs))
        .route("/_control/lists", post(set_list))
        .route("/_control/limits", post(limits))
        .route("/_control/reset", post(reset))
        .with_state(klaviyo)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    metric: Option<String>,
    email: Option<String>,
    count: Option<usize>,
    timeout_ms: Option<u64>,
}

async fn events(State(klaviyo): Shared, Query(filter): Query<Filter>) -> Json<Vec<AcceptedEvent>> {
    Json(klaviyo.events(filter.metric.as_deref(), filter.email.as_deref()))
}

async fn wait(State(klaviyo): Shared, Query(filter): Query<Filter>) -> Json<Vec<AcceptedEvent>> {
    let timeout = Duration::from_millis(filter.timeout_ms.unwrap_or(30_000));
    let (metric, email) = (filter.metric.as_deref(), filter.email.as_deref());
    Json(klaviyo.wait(filter.count.unwrap_or(1), metric, email, timeout).await)
}

async fn attempts(State(klaviyo): Shared) -> Json<Vec<Attempt>> {
    Json(klaviyo.with(|inner| inner.attempts.clone()))
}

async fn profiles(State(klaviyo): Shared, Query(filter): Query<Filter>) -> Json<Vec<Profile>> {
    Json(klaviyo.with(|inner| inner.profiles.find(filter.email.as_deref())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    email: String,
}

async fn confirm(State(klaviyo): Shared, Json(Address { email }): Json<Address>) -> Json<Value> {
    Json(json!({ "ok": klaviyo.with(|inner| inner.profiles.confirm(&email)) }))
}

async fn unsubscribe(State(klaviyo): Shared, Json(Address { email }): Json<Address>) -> Json<Value> {
    klaviyo.with(|inner| inner.profiles.unsubscribe(&email));
    Json(json!({ "ok": true }))
}

async fn jobs(State(klaviyo): Shared) -> Json<Vec<Job>> {
    Json(klaviyo.with(|inner| inner.jobs.clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    id: String,
    double_opt_in: bool,
}

async fn set_list(State(klaviyo): Shared, Json(List { id, double_opt_in }): Json<List>) -> Json<Value> {
    klaviyo.with(|inner| inner.lists.insert(id, double_opt_in));
    Json(json!({ "ok": true }))
}

async fn limits(State(klaviyo): Shared, Json(limits): Json<Option<RateLimits>>) -> Json<Option<RateLimits>> {
    klaviyo.with(|inner| inner.limits = limits);
    Json(limits)
}

async fn reset(State(klaviyo): Shared) -> Json<Value> {
    klaviyo.with(|inner| inner.reset());
    klaviyo.common.faults.clear();
    klaviyo.common.log.clear();
    Json(json!({ "ok": true }))
}
