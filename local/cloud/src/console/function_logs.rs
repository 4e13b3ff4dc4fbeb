//! Adds the functions' log lines to the activity.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use super::EVERY;
use super::activity::{Activity, Entry, System, now};
use super::tail::Tail;

/// Records what the functions log, except metrics.
pub(super) async fn watch(activity: Activity, folder: PathBuf) {
    let mut tails: HashMap<PathBuf, Tail> = HashMap::new();
    let mut ticks = interval(EVERY * 2);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let names = entries.filter_map(|entry| Some(entry.ok()?.path()));
        for path in names.filter(|path| path.to_string_lossy().ends_with("Function.log")) {
            let tail = tails.entry(path.clone()).or_insert_with(|| Tail::new(path.clone()));
            for line in tail.lines() {
                if let Some(entry) = log_entry(&path, &line) {
                    activity.push(entry);
                }
            }
        }
    }
}

fn log_entry(path: &Path, line: &str) -> Option<Entry> {
    let line: Value = serde_json::from_str(line).ok()?;
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
