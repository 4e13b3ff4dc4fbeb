//! The activity: everything that happened, newest last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;

/// The number of entries that are kept.
const KEPT: usize = 5000;

/// One of the systems that things happen between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// A reader's browser, or `curl`.
    Browser,
    /// The functions behind the API, and the one behind the queue.
    Api,
    /// PostgreSQL.
    Postgres,
    /// The Stripe stand-in.
    Stripe,
    /// The Firebase stand-in.
    Firebase,
    /// The emulator's queues.
    Sqs,
    /// The Klaviyo stand-in.
    Klaviyo,
}

impl System {
    /// Returns the name of the lane as the console shows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Api => "API",
            Self::Postgres => "PostgreSQL",
            Self::Stripe => "Stripe",
            Self::Firebase => "Firebase",
            Self::Sqs => "SQS",
            Self::Klaviyo => "Klaviyo",
        }
    }
}

/// Something that happened between two systems.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// The number of the entry, from 1.
    pub id: u64,
    /// The time at which it began, in milliseconds since the epoch.
    pub at: u64,
    /// The system that asked, changed or sent something.
    pub from: System,
    /// The system that was asked, changed or sent something.
    pub to: System,
    /// The event in a few words.
    pub title: String,
    /// The result: a status, an outcome.
    pub result: String,
    /// Whether the result is a success.
    pub ok: bool,
    /// The duration in milliseconds, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<u64>,
    /// The request, or the row before the change; null if there was none.
    pub before: Value,
    /// The answer, or the row after the change.
    pub after: Value,
}

/// Returns the present time, in milliseconds since the epoch.
#[allow(clippy::disallowed_methods, reason = "a developer's view of this machine: nothing is decided by it")]
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The entries that are kept, and a channel for new ones. Clones share them.
#[derive(Debug, Clone)]
pub struct Activity {
    kept: Arc<Mutex<Kept>>,
    news: broadcast::Sender<Arc<Entry>>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Arc<Entry>>,
    last: u64,
}

impl Default for Activity {
    fn default() -> Self {
        let (news, _) = broadcast::channel(1024);
        Self { kept: Arc::default(), news }
    }
}

impl Activity {
    /// Adds an entry and gives it its id.
    pub(crate) fn push(&self, mut entry: Entry) {
        let entry = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.last += 1;
            entry.id = kept.last;
            let entry = Arc::new(entry);
            kept.entries.push_back(Arc::clone(&entry));
            if kept.entries.len() > KEPT {
                kept.entries.pop_front();
            }
            entry
        };
        // Nobody may be listening.
        _ = self.news.send(entry);
    }

    /// Returns the entries that are kept, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Entry>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).entries.iter().cloned().collect()
    }

    /// Returns a receiver of every entry from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Entry>> {
        self.news.subscribe()
    }
}
