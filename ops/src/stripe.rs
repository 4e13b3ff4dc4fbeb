//! Requests to Stripe that async-stripe's crates don't cover here, or whose answers are wanted as raw JSON.

use pledge_domain::ids::EventId;
use pledge_stripe_api::{StripeClient, StripeError};
use serde::Deserialize;
use serde_json::{Value, json};
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

/// A request to Stripe, by its path below `/v1`.
#[derive(Debug)]
pub struct Call {
    method: StripeMethod,
    path: String,
    parameters: Value,
}

impl Call {
    /// Makes a request that reads.
    pub fn get(path: impl Into<String>, parameters: Value) -> Self {
        Self { method: StripeMethod::Get, path: path.into(), parameters }
    }

    /// Makes a request that creates or changes something.
    pub fn post(path: impl Into<String>, parameters: Value) -> Self {
        Self { method: StripeMethod::Post, path: path.into(), parameters }
    }
}

impl StripeRequest for Call {
    type Output = ();

    fn build(&self) -> RequestBuilder {
        let request = RequestBuilder::new(self.method, &self.path);
        match self.method {
            _ if self.parameters.as_object().is_none_or(serde_json::Map::is_empty) => request,
            StripeMethod::Post => request.form(&self.parameters),
            StripeMethod::Get | StripeMethod::Delete => request.query(&self.parameters),
        }
    }
}

/// Returns an event in the bytes of a delivery (<https://docs.stripe.com/api/events/retrieve>); none if Stripe doesn't
/// have it or no longer has it.
pub async fn event(stripe: &StripeClient, id: &EventId) -> Result<Option<Vec<u8>>, StripeError> {
    let event: Result<Value, _> = stripe.send(&Call::get(format!("/events/{id}"), json!({}))).await;
    match event {
        Ok(event) => Ok(Some(event.to_string().into_bytes())),
        Err(StripeError::Api(error)) if error.status == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

/// A list, page by page (<https://docs.stripe.com/api/pagination>).
#[derive(Debug)]
pub struct Pages<'a> {
    stripe: &'a StripeClient,
    path: &'static str,
    filter: Value,
    last: Option<String>,
    more: bool,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    has_more: bool,
}

/// The size of Stripe's largest page.
const PAGE: u32 = 100;

impl<'a> Pages<'a> {
    /// Makes the list at `path` with the parameters in `filter`, from its first page.
    pub fn new(stripe: &'a StripeClient, path: &'static str, filter: Value) -> Self {
        Self::after(stripe, path, filter, None)
    }

    /// Makes the list at `path` from the object after `last`.
    pub fn after(stripe: &'a StripeClient, path: &'static str, filter: Value, last: Option<String>) -> Self {
        Self { stripe, path, filter, last, more: true }
    }

    /// Returns the next page; none after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Value>>, StripeError> {
        if !self.more {
            return Ok(None);
        }
        let mut parameters = self.filter.clone();
        parameters["limit"] = PAGE.into();
        if let Some(last) = &self.last {
            parameters["starting_after"] = last.as_str().into();
        }
        let page: Page = self.stripe.send(&Call::get(self.path, parameters)).await?;
        self.last = page.data.last().and_then(|object| object["id"].as_str()).map(str::to_owned);
        self.more = page.has_more && self.last.is_some();
        Ok(Some(page.data))
    }
}
