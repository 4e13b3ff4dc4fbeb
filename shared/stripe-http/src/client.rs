//! The client that sends requests: it keeps connections open, limits the time, and repeats a failed request with the same
//! idempotency key.

use std::{fmt, time::Duration};

use pledge_domain::metadata_name;
use pledge_runtime::secrets::Rotating;
use reqwest::{
    Client, Response, Url,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep_until};

use crate::{
    answer::Answer,
    config::Config,
    error::StripeError,
    request::Request,
    retry::{Limits, Schedule},
};

/// The API version that every request asks for, in `Stripe-Version` (<https://docs.stripe.com/api/versioning>).
pub const VERSION: &str = "2026-09-30.endive";

const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");

/// Stripe's API with one secret key. Cloning it is cheap, and the clones share their connections.
#[derive(Clone)]
pub struct StripeHttp {
    http: Client,
    base: String,
    authorization: Rotating<HeaderValue>,
    limits: Limits,
    deployment: String,
}

/// The reason why a client can't be made from its configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// The base isn't an `http` or `https` address.
    #[error("the address of Stripe's API is not a URL")]
    Base,
    /// The secret key is blank or has characters that no key has.
    #[error("the secret key is not a Stripe key")]
    Key,
}

impl StripeHttp {
    /// Makes a client that sends its requests over `http`. If Stripe refuses the secret key (401), the client reads the
    /// key again from its source, and uses a new one in the same call.
    ///
    /// # Errors
    /// [`InvalidSettings`] if the address or the key can't be used.
    pub fn new(http: Client, config: &Config) -> Result<Self, InvalidSettings> {
        let base = config.base.trim_end_matches('/');
        let is_web = Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_web {
            return Err(InvalidSettings::Base);
        }
        let authorization = Rotating::new(&config.key, authorization)?;
        let (base, deployment) = (base.to_owned(), config.deployment.clone());
        Ok(Self { http, base, authorization, limits: Limits::default(), deployment })
    }

    /// Returns the metadata entry (key and value) that marks the objects this deployment makes. Each object needs its
    /// own: Stripe doesn't copy metadata from one object to another.
    #[must_use]
    pub fn mark(&self) -> (String, String) {
        (metadata_name::DEPLOYMENT.to_owned(), self.deployment.clone())
    }

    /// Returns the client with other limits on time and tries.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sends a request, and returns Stripe's answer. A failed try is repeated with the same idempotency key. A request
    /// without a key must be one that may be repeated unchanged: it reads, deletes, or sets a field to a value.
    ///
    /// # Errors
    /// The [`StripeError`] of the last of the tries that [`Limits`] allow.
    pub async fn send<A: DeserializeOwned>(&self, request: &Request) -> Result<A, StripeError> {
        let mut schedule = Schedule::new(&self.limits, request.seed(), Instant::now());
        loop {
            let key = self.authorization.current();
            let error = match self.try_once(request, &key, schedule.time_for_this_try(Instant::now())).await {
                Ok(answer) => return answer.read(),
                Err(error) => error,
            };
            // Stripe checks the secret key before anything else, so a request with a refused key has had no effect.
            if error.is_unauthenticated() && self.authorization.renew(&key).await {
                continue;
            }
            let Some(next) = schedule.next(&error, Instant::now()) else { return Err(error) };
            tracing::warn!(path = request.path(), %error, "a call to Stripe failed and is repeated");
            sleep_until(next).await;
        }
    }

    async fn try_once(&self, request: &Request, key: &HeaderValue, time: Duration) -> Result<Answer, StripeError> {
        let prepared = request
            .prepare(&self.http, &self.base)
            .header(AUTHORIZATION, key.clone())
            .header(STRIPE_VERSION, HeaderValue::from_static(VERSION))
            .timeout(time);
        let response = prepared.send().await.map_err(StripeError::no_answer)?;
        receive(response).await
    }
}

/// Makes the `Authorization` header for a secret key.
///
/// # Errors
/// [`InvalidSettings::Key`] if the key is blank or has characters that no key has.
fn authorization(key: &str) -> Result<HeaderValue, InvalidSettings> {
    let key = key.trim();
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(InvalidSettings::Key);
    }
    let mut authorization = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| InvalidSettings::Key)?;
    authorization.set_sensitive(true);
    Ok(authorization)
}

/// Receives the whole answer. A body that breaks off counts as no answer: a repetition with the same idempotency key gets
/// the answer again.
async fn receive(response: Response) -> Result<Answer, StripeError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(StripeError::no_answer)?;
    Answer::new(status.as_u16(), &headers, body)
}

impl fmt::Debug for StripeHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeHttp").field("base", &self.base).finish_non_exhaustive()
    }
}
