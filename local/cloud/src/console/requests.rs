//! Adds the requests to the stand-ins to the activity.

use pledge_stand_ins::{RequestEntry, RequestLog};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use super::EVERY;
use super::activity::{Activity, Entry, System};
use crate::stand_ins::Logs;

/// Records the requests that the stand-ins get.
pub(super) async fn watch(activity: Activity, logs: Logs) {
    let mut sources =
        [(System::Stripe, logs.stripe, 0), (System::Firebase, logs.firebase, 0), (System::Klaviyo, logs.klaviyo, 0)];
    // Requests of the cloud's own start are left out.
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

/// Returns the entries that were added to a log since the last call. A log that was cleared is read from its beginning.
fn news(log: &RequestLog, seen: &mut usize) -> Vec<RequestEntry> {
    if log.len() < *seen {
        *seen = 0;
    }
    let news = log.since(*seen);
    *seen += news.len();
    news
}

fn request_entry(to: System, request: &RequestEntry) -> Entry {
    let RequestEntry { arrived, took, method, path, params, status, faulted, idempotency_key, .. } = request;
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
        at: *arrived,
        from: if by_browser { System::Browser } else { System::Api },
        to,
        title: metric.map_or_else(|| format!("{method} {short}"), |(_, metric)| metric.clone()),
        result: match (status, faulted) {
            (None, _) => "no answer (told to)".to_owned(),
            (Some(status), true) => format!("{status} (told to)"),
            (Some(status), false) => status.to_string(),
        },
        ok: status.is_some_and(|status| status < 400),
        took: Some(*took),
        before: json!({ "method": method, "path": path, "idempotencyKey": idempotency_key, "params": params }),
        after: json!({ "status": status }),
    }
}
