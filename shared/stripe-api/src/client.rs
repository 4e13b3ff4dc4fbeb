//! Typed requests over the transport.

use pledge_stripe_http::{Config, InvalidSettings, Limits, Request, StripeError, StripeHttp};
use reqwest::{Client, Method};
use serde::de::DeserializeOwned;
use stripe_client_core::{IdempotencyKey, RequestBuilder, StripeMethod, StripeRequest};

/// Stripe's API with one secret key. Cheap to clone; the clones share their connections.
#[derive(Debug, Clone)]
pub struct StripeClient(StripeHttp);

impl StripeClient {
    /// Makes a client that sends its requests over `http`. A key that Stripe refuses is read again where it came from,
    /// and a new one is used in the same call.
    ///
    /// # Errors
    /// [`InvalidSettings`] if the address or the key can't be used.
    pub fn new(http: Client, config: &Config) -> Result<Self, InvalidSettings> {
        StripeHttp::new(http, config).map(Self)
    }

    /// Returns the client with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self(self.0.with_limits(limits))
    }

    /// Returns the metadata that mark what this deployment makes. Stripe's objects don't inherit them.
    pub(crate) fn mark(&self) -> (String, String) {
        self.0.mark()
    }

    /// Sends a request that makes something. However often it is sent with this key, there will be one.
    ///
    /// # Errors
    /// [`StripeError`] after the repetitions that [`Limits`] allow.
    pub async fn create<A: DeserializeOwned>(
        &self,
        request: &impl StripeRequest,
        key: &IdempotencyKey,
    ) -> Result<A, StripeError> {
        self.0.send(&encoded(request.build()).with_key(key.as_str())).await
    }

    /// Sends a request that may be repeated as it is: one that reads, deletes, or sets something to a value. With a key,
    /// setting a value for the second time, after another one, would only replay the first answer.
    ///
    /// # Errors
    /// [`StripeError`] after the repetitions that [`Limits`] allow.
    pub async fn send<A: DeserializeOwned>(&self, request: &impl StripeRequest) -> Result<A, StripeError> {
        self.0.send(&encoded(request.build())).await
    }
}

fn encoded(request: RequestBuilder) -> Request {
    let method = match request.method {
        StripeMethod::Get => Method::GET,
        StripeMethod::Post => Method::POST,
        StripeMethod::Delete => Method::DELETE,
    };
    Request::new(method, request.path).with_query(request.query).with_form(request.body.as_deref())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_transport_speaks_the_version_that_the_requests_were_generated_for() {
        assert_eq!(pledge_stripe_http::VERSION, stripe_client_core::VERSION.as_str());
    }
}
