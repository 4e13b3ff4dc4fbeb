//! What the stand-ins see and what the functions log, and the stand-ins' controls for the page.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path as Captured, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use pledge_stand_ins::{RequestEntry, RequestLog};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use super::Console;
use super::activity::{Activity, Entry, System, now};
use crate::stand_ins::Logs;

const EVERY: Duration = Duration::from_millis(150);

pub(super) type Client = legacy::Client<HttpConnector, Body>;

pub(super) fn client() -> Client {
    legacy::Client::builder(TokioExecutor::new()).build_http()
}

/// Records the requests that the stand-ins get.
pub(super) async fn requests(activity: Activity, logs: Logs) {
    let mut sources =
        [(System::Stripe, logs.stripe, 0), (System::Firebase, logs.firebase, 0), (System::Klaviyo, logs.klaviyo, 0)];
    // What was asked while the cloud started is nobody's business.
    for (_, log, seen) in &mut sources {
        *seen = log.len();
    }
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for (system, log, seen) in &mut sources {
            for request in news(log, seen) {
                activity.push(request_entry(*system, &request));
            }
        }
    }
}

/// What was added; a log that was cleared begins anew.
fn news(log: &RequestLog, seen: &mut usize) -> Vec<RequestEntry> {
    if log.len() < *seen {
        *seen = 0;
    }
    let news = log.since(*seen);
    *seen += news.len();
    news
}

fn request_entry(to: System, request: &RequestEntry) -> Entry {
    let RequestEntry { method, path, params, status, faulted, idempotency_key, .. } = request;
    let by_browser = match to {
        System::Stripe => params.contains_key("client_secret"),
        System::Firebase => !path.contains("/projects/") && !path.contains("service_accounts"),
        _ => false,
    };
    // The emulator's paths begin with the host's name.
    let short = path.replace("/identitytoolkit.googleapis.com", "").replace("/securetoken.googleapis.com", "");
    let metric = params.iter().find(|(name, _)| name.ends_with("/metric/data/attributes/name"));
    Entry {
        id: 0,
        at: now(),
        from: if by_browser { System::Browser } else { System::Api },
        to,
        title: metric.map_or_else(|| format!("{method} {short}"), |(_, metric)| metric.clone()),
        result: match (status, faulted) {
            (None, _) => "no answer (told to)".to_owned(),
            (Some(status), true) => format!("{status} (told to)"),
            (Some(status), false) => status.to_string(),
        },
        ok: status.is_some_and(|status| status < 400),
        took: None,
        before: json!({ "method": method, "path": path, "idempotencyKey": idempotency_key, "params": params }),
        after: json!({ "status": status }),
    }
}

/// Records what the functions log, metrics apart.
pub(super) async fn function_logs(activity: Activity, folder: PathBuf) {
    let mut read: HashMap<PathBuf, usize> = HashMap::new();
    let mut ticks = interval(EVERY * 2);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let names = entries.filter_map(|entry| Some(entry.ok()?.path()));
        for path in names.filter(|path| path.to_string_lossy().ends_with("Function.log")) {
            let Ok(text) = std::fs::read(&path) else { continue };
            let seen = read.entry(path.clone()).or_default();
            let fresh = text.get(*seen..).unwrap_or_default();
            // A line that is being written is read when it is whole.
            let whole = fresh.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            for line in fresh.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n') {
                if let Some(entry) = log_entry(&path, line) {
                    activity.push(entry);
                }
            }
            *seen += whole;
        }
    }
}

fn log_entry(path: &Path, line: &[u8]) -> Option<Entry> {
    let line: Value = serde_json::from_slice(line).ok()?;
    let level = line.get("level")?.as_str()?.to_owned();
    let function = path.file_stem()?.to_string_lossy().replace("Function", "");
    let message = line.get("message").and_then(Value::as_str).unwrap_or_default();
    Some(Entry {
        id: 0,
        at: now(),
        from: System::Api,
        to: System::Api,
        title: format!("{function}: {message}"),
        ok: !matches!(level.as_str(), "WARN" | "ERROR"),
        result: level,
        took: None,
        before: Value::Null,
        after: line,
    })
}

/// `/_console/control/{system}/{path}`: passes a request on to a stand-in's controls.
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
