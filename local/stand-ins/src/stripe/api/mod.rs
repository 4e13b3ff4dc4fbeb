//! The frame of the API: its endpoints, who may call each, and how an answer is made.

mod auth;
mod dispatch;
mod expand;
mod page;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use auth::{Caller, Keys};
pub(crate) use dispatch::handle;
pub(crate) use page::Page;

use super::account::Account;
use super::error::ApiError;
use super::params::{self, Tree};

/// The result of an endpoint.
pub(crate) type Reply = Result<Value, ApiError>;

/// One endpoint of the API.
#[derive(Debug)]
pub(crate) struct Endpoint {
    method: &'static str,
    /// The path, with at most one `{placeholder}`.
    path: &'static str,
    /// Whether it takes `limit`, `starting_after` and `ending_before`.
    list: bool,
    /// Whether it may be called with a publishable key, as Stripe.js does.
    publishable: bool,
    /// Whether it may be called with a restricted key that reads events.
    events: bool,
    run: fn(&mut Account, &Call) -> Reply,
}

impl Endpoint {
    pub(crate) const fn get(path: &'static str, run: fn(&mut Account, &Call) -> Reply) -> Self {
        Self { method: "GET", path, list: false, publishable: false, events: false, run }
    }

    pub(crate) const fn list(path: &'static str, run: fn(&mut Account, &Call) -> Reply) -> Self {
        Self { list: true, ..Self::get(path, run) }
    }

    pub(crate) const fn post(path: &'static str, run: fn(&mut Account, &Call) -> Reply) -> Self {
        Self { method: "POST", ..Self::get(path, run) }
    }

    pub(crate) const fn delete(path: &'static str, run: fn(&mut Account, &Call) -> Reply) -> Self {
        Self { method: "DELETE", ..Self::get(path, run) }
    }

    pub(crate) const fn publishable(self) -> Self {
        Self { publishable: true, ..self }
    }

    pub(crate) const fn reads_events(self) -> Self {
        Self { events: true, ..self }
    }

    /// Returns the value of the path's placeholder if `path` belongs to this endpoint.
    fn matches(&self, method: &str, path: &str) -> Option<String> {
        if self.method != method {
            return None;
        }
        match self.path.split_once('{') {
            None => (self.path == path).then(String::new),
            Some((head, rest)) => {
                let (_, tail) = rest.split_once('}')?;
                let id = path.strip_prefix(head)?.strip_suffix(tail)?;
                (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
            }
        }
    }

    /// Returns the endpoint's name: `POST /v1/customers/{customer}`.
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A request to an endpoint, without the parameters that every endpoint takes.
#[derive(Debug)]
pub(crate) struct Call {
    /// The value of the path's placeholder.
    pub(crate) id: String,
    pub(crate) caller: Caller,
    /// The path of the request, which lists repeat as their `url`.
    path: String,
    endpoint: String,
    params: Tree,
    page: Page,
}

impl Call {
    /// Returns the parameters as the endpoint's request type, which checks them.
    pub(crate) fn params<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        params::parse(&self.endpoint, &self.params)
    }

    /// Returns one page of `items` (newest first) as a list object.
    pub(crate) fn list<'i>(&self, items: impl Iterator<Item = &'i Value>) -> Reply {
        self.page.list(&self.path, &items.collect::<Vec<_>>())
    }
}

/// A request type without parameters.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

/// Answers `GET /v1/<objects>/{id}`.
pub(crate) fn retrieve(account: &Account, call: &Call, kind: &str) -> Reply {
    let NoParams {} = call.params()?;
    account.find(kind, &call.id)
}

/// Returns every endpoint, in the order of the API reference.
fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    [
        super::customer::ENDPOINTS,
        super::catalog::product::ENDPOINTS,
        super::catalog::price::ENDPOINTS,
        super::checkout::api::ENDPOINTS,
        super::payment::intent::ENDPOINTS,
        super::payment::method::ENDPOINTS,
        super::payment::charge::ENDPOINTS,
        super::payment::refund::ENDPOINTS,
        super::payment::dispute::ENDPOINTS,
        super::billing::subscription::ENDPOINTS,
        super::billing::subscription_schedule::ENDPOINTS,
        super::billing::invoice_api::ENDPOINTS,
        super::billing::invoice_payment::ENDPOINTS,
        super::billing::invoice_item::ENDPOINTS,
        super::billing::discount::ENDPOINTS,
        super::portal::configuration::ENDPOINTS,
        super::portal::session::ENDPOINTS,
        super::event_api::ENDPOINTS,
        super::webhooks::api::ENDPOINTS,
    ]
    .into_iter()
    .flatten()
}
