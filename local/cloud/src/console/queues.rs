//! Adds the steps of messages in the queues, as `emulator.py` records them, to the activity, and serves the dead letters.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use super::activity::{Activity, Entry, System};
use super::tail::Tail;
use super::{Console, EVERY};

/// A line of `queues.jsonl`.
#[derive(Debug, Deserialize)]
struct Line {
    at: u64,
    step: Step,
    queue: String,
    messages: Vec<Value>,
    /// The ids of a batch's messages that failed and come again.
    #[serde(default)]
    failed: Vec<Value>,
    /// The duration of a batch, in milliseconds.
    took: Option<u64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// A function put messages into the queue.
    Sent,
    /// A function was invoked with messages.
    Taken,
    /// Messages failed too often and went to the dead-letter queue.
    GivenUp,
}

/// Records what happens in the queues.
pub(super) async fn watch(activity: Activity, logs: PathBuf) {
    let mut tail = Tail::new(logs.join("queues.jsonl"));
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for line in tail.lines() {
            if let Ok(line) = serde_json::from_str(&line) {
                activity.push(entry(line));
            }
        }
    }
}

fn entry(Line { at, step, queue, messages, failed, took }: Line) -> Entry {
    let number = match messages.len() {
        1 => "1 message".to_owned(),
        number => format!("{number} messages"),
    };
    let (from, to, title) = match step {
        Step::Sent => (System::Api, System::Sqs, format!("{number} into {queue}")),
        Step::Taken => (System::Sqs, System::Api, format!("{number} from {queue}")),
        Step::GivenUp => (System::Sqs, System::Sqs, format!("{number} of {queue} to the dead letters")),
    };
    let result = match step {
        Step::Sent => "queued".to_owned(),
        Step::Taken if failed.is_empty() => "done".to_owned(),
        Step::Taken => format!("{} to come again", failed.len()),
        Step::GivenUp => "failed too often".to_owned(),
    };
    Entry {
        id: 0,
        // A batch is recorded when it is over.
        at: at.saturating_sub(took.unwrap_or(0)),
        from,
        to,
        title,
        result,
        ok: failed.is_empty() && !matches!(step, Step::GivenUp),
        took,
        before: messages.into_iter().map(readable).collect(),
        after: if took.is_some() { json!({ "batchItemFailures": failed }) } else { Value::Null },
    }
}

/// Returns a message whose body is parsed as JSON.
fn readable(mut message: Value) -> Value {
    let body = message.get("body").and_then(Value::as_str).and_then(|body| serde_json::from_str(body).ok());
    if let Some(body) = body {
        message["body"] = body;
    }
    message
}

/// Answers `GET /_console/dead-letters`: the messages that failed too often, oldest first.
pub(super) async fn dead_letters(State(console): State<Console>) -> Json<Value> {
    let letters = std::fs::read(console.endpoints.logs.join("dead-letters.json")).unwrap_or_default();
    let letters: Vec<Value> = serde_json::from_slice(&letters).unwrap_or_default();
    Json(letters.into_iter().map(readable).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_says_what_comes_again() {
        let line = r#"{"at": 1500, "step": "taken", "queue": "klaviyo", "took": 500, "failed": ["b"],
            "messages": [{"id": "a", "body": "{\"version\":1}", "receives": 1}, {"id": "b", "body": "?", "receives": 2}]}"#;
        let entry = entry(serde_json::from_str(line).unwrap());
        assert_eq!((entry.from, entry.to, entry.at, entry.ok), (System::Sqs, System::Api, 1000, false));
        assert_eq!((entry.title.as_str(), entry.result.as_str()), ("2 messages from klaviyo", "1 to come again"));
        assert_eq!(entry.before[0]["body"], json!({ "version": 1 }));
        assert_eq!(entry.before[1]["body"], "?");
    }

    #[test]
    fn a_message_that_is_given_up_is_no_success() {
        let line = r#"{"at": 1, "step": "given_up", "queue": "klaviyo", "messages": [{"id": "a", "body": "{}"}]}"#;
        let entry = entry(serde_json::from_str(line).unwrap());
        assert_eq!(entry.title, "1 message of klaviyo to the dead letters");
        assert!(!entry.ok);
    }
}
