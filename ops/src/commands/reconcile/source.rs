//! What the lists of Stripe have in common.

use std::future::Future;

use pledge_domain::{Timestamp, stripe::StripeEvent};
use pledge_stripe_api::StripeClient;
use serde_json::Value;
use tokio_postgres::{Client, Error};

use crate::console::Failure;

/// A list of Stripe's, and what must be stored about its objects.
pub trait Source {
    /// What the list is called on the command line.
    const PART: &'static str;
    /// What its objects are called here.
    const NAME: &'static str;
    /// The list's path below `/v1`.
    const PATH: &'static str;
    /// How long before the window an object may have been made to whose state something may have happened in it. Stripe
    /// lists by creation only. None if all of them are looked at.
    const REACH: Option<time::Duration>;

    /// Returns the list's parameters besides time and page.
    fn filter() -> Value;

    /// Returns what last happened to the object; none if nothing is worth storing.
    fn moment(object: &Value, now: Timestamp) -> Option<Moment>;

    /// Compares what the events say with what is stored: for each event a difference, or none. What is marked is marked with
    /// the name of this deployment.
    fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        deployment: &str,
    ) -> impl Future<Output = Result<Vec<Option<Difference>>, Error>> + Send;

    /// Returns what else belongs to an object that was missing, with its moment.
    fn more(
        _stripe: &StripeClient,
        _object: &Value,
    ) -> impl Future<Output = Result<Vec<(Value, Moment)>, Failure>> + Send {
        async { Ok(Vec::new()) }
    }
}

/// An object of a list, and the event that Stripe would have sent about it.
#[derive(Debug)]
pub struct Finding<'a> {
    pub event: StripeEvent,
    pub object: &'a Value,
}

/// Something that happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The type of the event.
    pub kind: &'static str,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In words, without personal data.
    pub what: String,
    /// Whether recording the event mends it.
    pub repairable: bool,
}

impl Difference {
    /// Makes a difference that recording the event mends.
    pub fn missing(what: impl Into<String>) -> Self {
        Self { what: what.into(), repairable: true }
    }

    /// Makes a difference that a person has to decide about.
    pub fn for_a_person(what: impl Into<String>) -> Self {
        Self { what: what.into(), repairable: false }
    }
}

/// Returns a time in an object, if it is there.
pub fn time_at(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}
