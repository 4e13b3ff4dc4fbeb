//! The trait that Stripe's lists share.

use std::future::Future;

use pledge_domain::{Timestamp, stripe::StripeEvent};
use pledge_stripe_api::StripeClient;
use serde_json::Value;
use tokio_postgres::{Client, Error};

use crate::console::Failure;

/// A list at Stripe, with the rules for what must be stored about its objects.
pub trait Source {
    /// The name of the list on the command line.
    const PART: &'static str;
    /// The name of the list's objects in messages.
    const NAME: &'static str;
    /// The list's path below `/v1`.
    const PATH: &'static str;
    /// How long before the window an object may have been made whose state still changes in the window: Stripe lists by
    /// creation only. None if all objects are looked at.
    const REACH: Option<time::Duration>;

    /// Returns the list's parameters besides time and page.
    fn filter() -> Value;

    /// Returns the last thing that happened to the object; none if nothing about it has to be stored.
    fn occurrence(object: &Value, now: Timestamp) -> Option<Occurrence>;

    /// Compares each event with what is stored and returns a difference or none for each. `deployment` is the name by
    /// which our objects are marked.
    fn compare(
        client: &Client,
        findings: &[Finding<'_>],
        deployment: &str,
    ) -> impl Future<Output = Result<Vec<Option<Difference>>, Error>> + Send;

    /// Returns further objects, with their occurrences, that are recorded along with one that was missing.
    fn more(
        _stripe: &StripeClient,
        _object: &Value,
    ) -> impl Future<Output = Result<Vec<(Value, Occurrence)>, Failure>> + Send {
        async { Ok(Vec::new()) }
    }
}

/// An object of a list, and the event that Stripe would have sent about it.
#[derive(Debug)]
pub struct Finding<'a> {
    pub event: StripeEvent,
    pub object: &'a Value,
}

/// Something that happened to an object at Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The type of the event that Stripe sends about it.
    pub kind: &'static str,
    /// The time in seconds since 1970.
    pub at: i64,
}

/// A difference between Stripe and the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// A description without personal data.
    pub what: String,
    /// Whether recording the event removes the difference.
    pub repairable: bool,
}

impl Difference {
    /// Makes a difference that recording the event repairs.
    pub fn missing(what: impl Into<String>) -> Self {
        Self { what: what.into(), repairable: true }
    }

    /// Makes a difference that a person has to decide about.
    pub fn for_a_person(what: impl Into<String>) -> Self {
        Self { what: what.into(), repairable: false }
    }
}

/// Returns the time at a place in an object, if it is there.
pub fn time_at(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}
