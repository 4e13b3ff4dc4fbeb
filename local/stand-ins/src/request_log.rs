//! The log of requests to a stand-in, for tests to assert on. Passwords, tokens and card data are never kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// Parameters whose values the log replaces.
const SECRET: [&str; 8] = ["password", "idtoken", "refreshtoken", "assertion", "card", "number", "cvc", "postbody"];

/// A request as the stand-in received it.
#[derive(Clone, Debug, Serialize)]
pub struct RequestEntry {
    /// Seconds since the epoch on the stand-in's clock.
    pub at: i64,
    /// The time of arrival, in milliseconds since the epoch on the machine's clock.
    pub arrived: u64,
    /// The time that the answer took, in milliseconds.
    pub took: u64,
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// Parameters by their full name, as sent (`metadata[userId]`, `/data/type`).
    pub params: BTreeMap<String, String>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
    /// The answer's status; none when the connection was closed without one.
    pub status: Option<u16>,
    /// Whether a fault answered or delayed this request.
    pub faulted: bool,
}

/// The requests of one stand-in, oldest first.
#[derive(Clone, Debug, Default)]
pub struct RequestLog {
    entries: Arc<Mutex<Vec<RequestEntry>>>,
}

impl RequestLog {
    pub(crate) fn push(&self, mut entry: RequestEntry) {
        for (name, value) in &mut entry.params {
            let last = name.rsplit(['[', '/']).next().unwrap_or(name);
            let last = last.trim_end_matches(']').to_ascii_lowercase();
            if SECRET.contains(&last.as_str()) {
                "[hidden]".clone_into(value);
            }
        }
        self.lock().push(entry);
    }

    /// Returns all requests so far.
    #[must_use]
    pub fn all(&self) -> Vec<RequestEntry> {
        self.lock().clone()
    }

    /// Returns the requests after the first `seen` ones.
    #[must_use]
    pub fn since(&self, seen: usize) -> Vec<RequestEntry> {
        self.lock().iter().skip(seen).cloned().collect()
    }

    /// Returns how many requests there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Returns whether there were no requests.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the requests of one method and exact path.
    #[must_use]
    pub fn of(&self, method: &str, path: &str) -> Vec<RequestEntry> {
        let wanted = |entry: &&RequestEntry| entry.method == method && entry.path == path;
        self.lock().iter().filter(wanted).cloned().collect()
    }

    /// Removes all requests.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<RequestEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden() {
        let log = RequestLog::default();
        log.push(RequestEntry {
            at: 0,
            arrived: 0,
            took: 0,
            method: "POST".into(),
            path: "/x".into(),
            params: [("/password", "hunter2"), ("card[number]", "4242"), ("email", "a@b.c")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            idempotency_key: None,
            status: Some(200),
            faulted: false,
        });
        let params = &log.of("POST", "/x")[0].params;
        assert_eq!(params["/password"], "[hidden]");
        assert_eq!(params["card[number]"], "[hidden]");
        assert_eq!(params["email"], "a@b.c");
    }
}
