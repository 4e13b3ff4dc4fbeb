//! The client of Klaviyo's API.

use std::{fmt, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use pledge_domain::{
    error_chain::ErrorChain,
    outbox::Announcement,
    ports::{Marketing, MarketingError},
};
use pledge_runtime::secrets::Rotating;
use reqwest::{Client, Response};

use crate::{
    config::Config,
    event,
    metric_names::MetricNames,
    response,
    subscription::{self, Job, List},
};

/// The API revision for which requests are written and errors are read
/// (<https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy>).
const REVISION: HeaderValue = HeaderValue::from_static("2026-07-15");

/// The media type of JSON:API, which Klaviyo requires.
const JSON_API: HeaderValue = HeaderValue::from_static("application/vnd.api+json");

/// The longest wait for one response.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The client of Klaviyo's API, which sends events and consents.
#[derive(Clone)]
pub struct KlaviyoClient {
    http: Client,
    base: String,
    list: Option<List>,
    authorization: Rotating<HeaderValue>,
    headers: HeaderMap,
    metric_names: MetricNames,
}

/// An API key with characters that no header may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Klaviyo API key has characters that no key has")]
pub struct InvalidApiKey;

impl KlaviyoClient {
    /// Makes a client that sends its requests over `http`. When Klaviyo refuses the key, the secret is read again, and
    /// a new key is used at once.
    ///
    /// # Errors
    /// [`InvalidApiKey`] if the key has control characters.
    pub fn new(http: Client, config: Config) -> Result<Self, InvalidApiKey> {
        let authorization = Rotating::new(&config.key, authorization)?;
        let headers = HeaderMap::from_iter([
            (HeaderName::from_static("revision"), REVISION),
            (CONTENT_TYPE, JSON_API),
            (ACCEPT, JSON_API),
        ]);
        let Config { base, list, metric_names, .. } = config;
        Ok(Self { http, base, list, authorization, headers, metric_names })
    }

    /// Returns the request for an announcement: for a consent or withdrawal a subscription job, if a list is configured and
    /// [`subscription::job`] makes one, else an event.
    fn request(&self, entry: &Announcement) -> Result<Job, Box<dyn std::error::Error>> {
        let job = self.list.as_ref().map(|list| subscription::job(entry, list)).transpose()?.flatten();
        match job {
            Some(job) => Ok(job),
            None => Ok(Job { path: "/api/events", body: event::body(entry, self.metric_names.get(entry.kind))? }),
        }
    }

    async fn post(&self, key: &HeaderValue, path: &str, body: Vec<u8>) -> Result<Response, MarketingError> {
        let url = format!("{}{path}", self.base);
        let request = self.http.post(url).headers(self.headers.clone()).header(AUTHORIZATION, key.clone());
        request.timeout(TIMEOUT).body(body).send().await.map_err(no_answer)
    }
}

/// Returns the `Authorization` header of an API key, marked as sensitive.
fn authorization(key: &str) -> Result<HeaderValue, InvalidApiKey> {
    let mut authorization = HeaderValue::try_from(format!("Klaviyo-API-Key {key}")).map_err(|_| InvalidApiKey)?;
    authorization.set_sensitive(true);
    Ok(authorization)
}

impl Marketing for KlaviyoClient {
    async fn send(&self, entry: &Announcement) -> Result<(), MarketingError> {
        let Job { path, body } = self
            .request(entry)
            .map_err(|error| MarketingError::Permanent { reason: ErrorChain(error.as_ref()).to_string() })?;
        let key = self.authorization.current();
        let mut response = self.post(&key, path, body.clone()).await?;
        if response.status() == StatusCode::UNAUTHORIZED && self.authorization.renew(&key).await {
            response = self.post(&self.authorization.current(), path, body).await?;
        }
        let (status, headers) = (response.status(), response.headers().clone());
        // The status decides; an incomplete body only makes the reason shorter.
        let body = if status.is_success() { None } else { response.bytes().await.ok() };
        response::judge(status, &headers, &body.unwrap_or_default())
    }
}

/// Returns the error of a request without a response. Whether Klaviyo took the event is unknown; if it did, a repeat counts
/// only once.
fn no_answer(error: reqwest::Error) -> MarketingError {
    let reason = ErrorChain(&error.without_url()).to_string();
    MarketingError::Retryable { reason, retry_after: None }
}

impl fmt::Debug for KlaviyoClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KlaviyoClient").field("base", &self.base).finish_non_exhaustive()
    }
}
