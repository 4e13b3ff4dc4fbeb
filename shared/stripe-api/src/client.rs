//! The client that sends async-stripe's typed requests over `shared/stripe-http`.

use pledge_stripe_http::{Config, InvalidSettings, Limits, Request, StripeError, StripeHttp};
use reqwest::{Client, Method};
use serde::de::DeserializeOwned;
use stripe_client_core::{IdempotencyKey, RequestBuilder, StripeMethod, StripeRequest};

/// Stripe's API with one secret key. Cloning it is cheap, and the clones share their connections.
#[derive(Debug, Clone)]
pub struct StripeClient(StripeHttp);

impl StripeClient {
    /// Makes a client that sends its requests over `http`. If Stripe refuses the secret key (401), the client reads the
    /// key again from its source, and uses a new one in the same call.
    ///
    /// # Errors
    /// [`InvalidSettings`] if the address or the key can't be used.
    pub fn new(http: Client, config: &Config) -> Result<Self, InvalidSettings> {
        StripeHttp::new(http, config).map(Self)
    }

    /// Returns the client with other limits on time and tries.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self(self.0.with_limits(limits))
    }

    /// Returns the metadata entry (key and value) that marks the objects this deployment makes. Each object needs its
    /// own: Stripe doesn't copy metadata from one object to another.
    pub(crate) fn mark(&self) -> (String, String) {
        self.0.mark()
    }

    /// Sends a request that makes an object, and returns Stripe's answer. However often it is sent with this key, Stripe
    /// makes one object.
    ///
    /// # Errors
    /// The [`StripeError`] of the last of the tries that [`Limits`] allow.
    pub async fn create<A: DeserializeOwned>(
        &self,
        request: &impl StripeRequest,
        key: &IdempotencyKey,
    ) -> Result<A, StripeError> {
        self.0.send(&encoded(request.build()).with_key(key.as_str())).await
    }

    /// Sends a request without an idempotency key, and returns Stripe's answer. The request must be one that may be
    /// repeated unchanged: it reads, deletes, or sets a field to a value. With a key, setting a field back to an earlier
    /// value would only replay the earlier answer.
    ///
    /// # Errors
    /// The [`StripeError`] of the last of the tries that [`Limits`] allow.
    pub async fn send<A: DeserializeOwned>(&self, request: &impl StripeRequest) -> Result<A, StripeError> {
        self.0.send(&encoded(request.build())).await
    }
}

/// Returns async-stripe's request as one of the transport's, with query and form as async-stripe encoded them.
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
