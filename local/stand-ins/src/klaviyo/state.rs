//! The state of the stand-in: every attempt, and the events that were accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use super::body::Checked;
use super::limits::{RateLimits, Windows};
use super::profiles::{Conflict, Identifiers, Profiles};
use crate::control::Common;

/// The treatment of an event with a valid e-mail address and an invalid phone number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum PhonePolicy {
    /// The event is refused with 400, as Klaviyo did for years. This is the stricter policy to test against.
    #[default]
    Refuse,
    /// The event is accepted without the number, and the answer says so in the header `X-Klaviyo-Partial-Failure:
    /// phone_number`, as Klaviyo announced in 2025.
    Ignore,
}

/// An event that Klaviyo counts.
#[derive(Clone, Debug, Serialize)]
pub struct AcceptedEvent {
    /// The metric's name.
    pub metric: String,
    /// The profile's e-mail address, in lower case.
    pub email: Option<String>,
    /// The profile's attributes as sent.
    pub profile: Value,
    /// The event's properties as sent.
    pub properties: Value,
    /// The event's time in seconds since the epoch: as sent, or the time of arrival.
    pub time: i64,
    /// The value, a JSON number.
    pub value: Option<Value>,
    /// The value's currency, an ISO 4217 code.
    pub value_currency: Option<String>,
    /// The unique id as sent, or one made of the time in seconds.
    pub unique_id: String,
}

/// A request to create an event, accepted or not.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// The body as it came, if it was JSON.
    pub body: Value,
    /// The answer's status.
    pub status: u16,
    /// Whether the event repeated a (profile, metric, unique id): the answer was 202, but the event wasn't counted.
    pub duplicate: bool,
}

/// A request to subscribe or unsubscribe, accepted or not.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// The type of the job.
    pub kind: &'static str,
    /// The body as it came, if it was JSON.
    pub body: Value,
    /// The answer's status.
    pub status: u16,
}

/// The state of the account, shared by the handlers.
#[derive(Debug)]
pub(crate) struct Klaviyo {
    pub(crate) common: Common,
    pub(crate) api_key: Option<String>,
    pub(crate) phones: PhonePolicy,
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) events: Vec<AcceptedEvent>,
    pub(crate) attempts: Vec<Attempt>,
    /// The addresses whose profiles were deleted, in lower case.
    pub(crate) deleted: Vec<String>,
    pub(crate) limits: Option<RateLimits>,
    pub(crate) windows: Windows,
    pub(crate) job_windows: Windows,
    pub(crate) jobs: Vec<Job>,
    pub(crate) profiles: Profiles,
    /// Whether each list is double opt-in.
    pub(crate) lists: BTreeMap<String, bool>,
    seen: BTreeSet<(String, String, String)>,
}

impl Klaviyo {
    pub(crate) fn new(
        common: Common,
        api_key: Option<String>,
        phones: PhonePolicy,
        limits: Option<RateLimits>,
        lists: BTreeMap<String, bool>,
    ) -> Self {
        let inner = Inner { limits, lists, ..Inner::default() };
        Self { common, api_key, phones, inner: Mutex::new(inner), changed: watch::Sender::new(0) }
    }

    pub(crate) fn with<R>(&self, action: impl FnOnce(&mut Inner) -> R) -> R {
        let result = action(&mut self.lock());
        self.changed.send_modify(|count| *count += 1);
        result
    }

    /// Returns the accepted events of a metric or an e-mail address, or of both, where they are given.
    pub(crate) fn events(&self, metric: Option<&str>, email: Option<&str>) -> Vec<AcceptedEvent> {
        let fits = |event: &&AcceptedEvent| {
            metric.is_none_or(|metric| event.metric == metric)
                && email.is_none_or(|email| event.email.as_deref() == Some(&email.to_ascii_lowercase()))
        };
        self.lock().events.iter().filter(fits).cloned().collect()
    }

    /// Waits for at least `count` such events, and returns what there is when they came or `timeout` is over.
    pub(crate) async fn wait(
        &self,
        count: usize,
        metric: Option<&str>,
        email: Option<&str>,
        timeout: Duration,
    ) -> Vec<AcceptedEvent> {
        let mut changes = self.changed.subscribe();
        let enough = async { while self.events(metric, email).len() < count && changes.changed().await.is_ok() {} };
        // After the timeout, the caller gets what there is.
        let _ = tokio::time::timeout(timeout, enough).await;
        self.events(metric, email)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Counts an event unless it repeats one. Returns whether it was counted.
    pub(crate) fn accept(&mut self, checked: Checked, now: i64) -> Result<bool, Conflict> {
        let attributes = checked.profile.as_object().cloned().unwrap_or_default();
        let email = attributes.get("email").and_then(Value::as_str).map(str::to_ascii_lowercase);
        let profile = self.profiles.upsert(&Identifiers::of(&attributes))?.id.clone();
        let time = checked.time.unwrap_or(now);
        let unique_id = checked.unique_id.unwrap_or_else(|| time.to_string());
        if !self.seen.insert((profile, checked.metric.clone(), unique_id.clone())) {
            return Ok(false);
        }
        self.events.push(AcceptedEvent {
            metric: checked.metric,
            email,
            profile: checked.profile,
            properties: checked.properties,
            time,
            value: checked.value,
            value_currency: checked.value_currency,
            unique_id,
        });
        Ok(true)
    }

    /// Removes the profile of an address, with its events.
    pub(crate) fn delete_profile(&mut self, email: &str) {
        let email = email.to_ascii_lowercase();
        self.events.retain(|event| event.email.as_deref() != Some(&email));
        self.profiles.delete(&email);
        self.deleted.push(email);
    }

    /// Removes profiles, events, jobs and attempts. The limits and lists stay.
    pub(crate) fn reset(&mut self) {
        *self = Self { limits: self.limits, lists: std::mem::take(&mut self.lists), ..Self::default() };
    }
}
