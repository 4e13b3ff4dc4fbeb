//! The options of the Stripe stand-in.

use std::time::Duration;

pub use super::billing::settings::{AfterRetries, BillingSettings};
use super::events::API_VERSION;
use crate::clock::Clock;

/// Options of [`super::StripeStandIn::start`].
#[derive(Clone, Debug)]
pub struct StripeOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The one secret key that is accepted; any `sk_test_…` if none is set.
    pub secret_key: Option<String>,
    /// A restricted key that may only read events; any `rk_test_…` if neither key is set.
    pub events_key: Option<String>,
    /// The account's API version, in which events are listed, and delivered to webhook endpoints that name none.
    pub api_version: String,
    /// Webhook endpoints that exist from the start.
    pub webhooks: Vec<WebhookTarget>,
    /// The times at which a delivery is tried again.
    pub retries: Retries,
    /// The account's settings for invoices of subscriptions.
    pub billing: BillingSettings,
    /// The clock, real by default.
    pub clock: Clock,
    /// The seed of ids: equal seeds give equal ids. Without one, each start has its own.
    pub seed: Option<u64>,
}

impl Default for StripeOptions {
    fn default() -> Self {
        Self {
            port: 0,
            secret_key: None,
            events_key: None,
            api_version: API_VERSION.to_owned(),
            webhooks: Vec::new(),
            retries: Retries::default(),
            billing: BillingSettings::default(),
            clock: Clock::real(),
            seed: None,
        }
    }
}

/// A webhook endpoint.
#[derive(Clone, Debug)]
pub struct WebhookTarget {
    /// The address that gets the events.
    pub url: String,
    /// The signing secrets. There are several while one is being rotated.
    pub secrets: Vec<String>,
    /// The API version of the payloads; the account's if none is set. Versions before `2025-03-31`, such as `2024-06-20`,
    /// get the older shapes.
    pub api_version: Option<String>,
    /// The event types that it wants; `*` for all.
    pub enabled_events: Vec<String>,
}

impl WebhookTarget {
    /// Makes a target for all events, signed with one secret.
    #[must_use]
    pub fn new(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { url: url.into(), secrets: vec![secret.into()], api_version: None, enabled_events: vec!["*".to_owned()] }
    }
}

/// The times at which a failed delivery is tried again. At Stripe they span days, here moments.
#[derive(Clone, Debug)]
pub struct Retries {
    /// The wait after the first failure. It doubles with each one.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// The number of attempts in all.
    pub attempts: usize,
    /// How long an endpoint has to answer.
    pub timeout: Duration,
    /// How many deliveries an endpoint gets at a time. 1 keeps them in order.
    pub concurrency: usize,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(5),
            attempts: 15,
            timeout: Duration::from_secs(20),
            concurrency: 1,
        }
    }
}

impl Retries {
    /// Returns the wait after the `failures`th failure; none after the last attempt.
    pub(crate) fn wait_after(&self, failures: usize) -> Option<Duration> {
        let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
        (failures < self.attempts).then(|| self.first.saturating_mul(1 << doublings).min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let retries = Retries { attempts: 8, ..Retries::default() };
        let waits: Vec<_> = (1..9).map(|failures| retries.wait_after(failures)).collect();
        let expected = [200, 400, 800, 1600, 3200, 5000, 5000].map(|ms| Some(Duration::from_millis(ms)));
        assert_eq!(waits[..7], expected);
        assert_eq!(waits[7], None);
    }
}
