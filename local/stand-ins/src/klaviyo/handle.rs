//! The handle of a running Klaviyo stand-in.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use super::error::ApiError;
use super::limits::RateLimits;
use super::profiles::Profile;
use super::state::{AcceptedEvent, Attempt, Job, Klaviyo, PhonePolicy};
use super::{api, control, privacy, reading, subscriptions};
use crate::clock::Clock;
use crate::control::Common;
use crate::faults::Faults;
use crate::intake::{self, Intake};
use crate::request_log::RequestLog;
use crate::server::Server;

/// Options of [`KlaviyoStandIn::start`].
#[derive(Clone, Debug, Default)]
pub struct KlaviyoOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The one private key that is accepted; any key if none is set.
    pub api_key: Option<String>,
    /// Rate limits; none unless set. [`RateLimits::CREATE_EVENT`] has Klaviyo's.
    pub limits: Option<RateLimits>,
    /// The policy on invalid phone numbers.
    pub phones: PhonePolicy,
    /// The lists, and whether each is double opt-in.
    pub lists: BTreeMap<String, bool>,
    /// The clock, real by default.
    pub clock: Clock,
}

/// A running stand-in; it stops when this is dropped.
#[derive(Debug)]
pub struct KlaviyoStandIn {
    klaviyo: Arc<Klaviyo>,
    server: Server,
}

impl KlaviyoStandIn {
    /// Starts the stand-in on 127.0.0.1.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(options: KlaviyoOptions) -> io::Result<Self> {
        let common = Common { clock: options.clock, ..Common::default() };
        let klaviyo = Klaviyo::new(common.clone(), options.api_key, options.phones, options.limits, options.lists);
        let klaviyo = Arc::new(klaviyo);
        let intake = Intake { common: common.clone(), error: |status| ApiError::injected(status).into_response() };
        let router = Router::new()
            .route("/api/events", post(api::create_event).get(reading::events))
            .route("/api/events/", post(api::create_event).get(reading::events))
            .route("/api/metrics", get(reading::metrics))
            .route("/api/data-privacy-deletion-jobs", post(privacy::delete))
            .route("/api/profile-subscription-bulk-create-jobs", post(subscriptions::subscribe))
            .route("/api/profile-subscription-bulk-delete-jobs", post(subscriptions::unsubscribe))
            .layer(from_fn_with_state(intake, intake::layer))
            .with_state(Arc::clone(&klaviyo))
            .merge(control::router(Arc::clone(&klaviyo)))
            .merge(crate::control::router(common, Arc::new(|| ())));
        let server = Server::start(options.port, router).await?;
        Ok(Self { klaviyo, server })
    }

    /// Returns `http://127.0.0.1:<port>`; the API is below `/api`, the controls below `/_control`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Returns the clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.klaviyo.common.clock
    }

    /// Returns the faults that have requests left to hit.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.klaviyo.common.faults
    }

    /// Returns the log of requests to the API, those that a fault hit included.
    #[must_use]
    pub fn requests(&self) -> &RequestLog {
        &self.klaviyo.common.log
    }

    /// Returns the events that count, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<AcceptedEvent> {
        self.klaviyo.events(None, None)
    }

    /// Returns the events of a metric or an e-mail address, or of both, where they are given.
    #[must_use]
    pub fn events_of(&self, metric: Option<&str>, email: Option<&str>) -> Vec<AcceptedEvent> {
        self.klaviyo.events(metric, email)
    }

    /// Returns every request that reached the endpoint.
    #[must_use]
    pub fn attempts(&self) -> Vec<Attempt> {
        self.klaviyo.with(|inner| inner.attempts.clone())
    }

    /// Returns the addresses whose profiles were deleted, in lower case, oldest first.
    #[must_use]
    pub fn deleted(&self) -> Vec<String> {
        self.klaviyo.with(|inner| inner.deleted.clone())
    }

    /// Returns the profiles with this e-mail address; all of them without one.
    #[must_use]
    pub fn profiles(&self, email: Option<&str>) -> Vec<Profile> {
        self.klaviyo.with(|inner| inner.profiles.find(email))
    }

    /// Returns every request to subscribe or unsubscribe.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        self.klaviyo.with(|inner| inner.jobs.clone())
    }

    /// Confirms a subscription that a double opt-in list asked an address to confirm. Returns whether it asked.
    #[must_use]
    pub fn confirm(&self, email: &str) -> bool {
        self.klaviyo.with(|inner| inner.profiles.confirm(email))
    }

    /// Unsubscribes an address from everything, as its owner does with the link in a mail.
    pub fn unsubscribe(&self, email: &str) {
        self.klaviyo.with(|inner| inner.profiles.unsubscribe(email));
    }

    /// Makes a list, or changes whether it is double opt-in.
    pub fn set_list(&self, id: &str, double_opt_in: bool) {
        self.klaviyo.with(|inner| inner.lists.insert(id.to_owned(), double_opt_in));
    }

    /// Waits for at least `count` events of a metric, and returns what there is when they came or `timeout` is over.
    pub async fn wait_for_events(&self, count: usize, metric: Option<&str>, timeout: Duration) -> Vec<AcceptedEvent> {
        self.klaviyo.wait(count, metric, None, timeout).await
    }

    /// Sets the rate limits.
    pub fn set_limits(&self, limits: Option<RateLimits>) {
        self.klaviyo.with(|inner| inner.limits = limits);
    }

    /// Removes profiles, events, jobs and attempts.
    pub fn reset(&self) {
        self.klaviyo.with(|inner| inner.reset());
    }
}
