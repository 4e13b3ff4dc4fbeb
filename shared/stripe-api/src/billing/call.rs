//! Requests that are written by hand, because the typed ones of async-stripe's crates come with objects that take
//! minutes to compile.

use serde::{Serialize, de::IgnoredAny};
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

/// A request to a path below `/v1`.
pub struct Call<P> {
    method: StripeMethod,
    path: String,
    parameters: P,
}

impl<P: Serialize> Call<P> {
    /// Returns a `GET` request with these query parameters.
    pub fn get(path: impl Into<String>, parameters: P) -> Self {
        Self { method: StripeMethod::Get, path: path.into(), parameters }
    }

    /// Returns a `POST` request with these form parameters.
    pub fn post(path: impl Into<String>, parameters: P) -> Self {
        Self { method: StripeMethod::Post, path: path.into(), parameters }
    }
}

impl<P: Serialize> StripeRequest for Call<P> {
    type Output = IgnoredAny;

    fn build(&self) -> RequestBuilder {
        let request = RequestBuilder::new(self.method, &self.path);
        match self.method {
            StripeMethod::Get | StripeMethod::Delete => request.query(&self.parameters),
            StripeMethod::Post => request.form(&self.parameters),
        }
    }
}
