//! How Stripe's events arrive: they are delivered, or the catch-up fetches them.

use std::time::Duration;

use pledge_stripe_events::HANDLED;
use serde_json::Value;

use super::{MAX_ATTEMPTS, TestEnvironment, id_of};

/// A time after which the catch-up fetches an event: longer than it leaves events to delivery.
const LEFT_TO_DELIVERY: Duration = Duration::from_secs(16 * 60);

/// How Stripe's events arrive.
#[derive(Debug, Clone, Copy)]
pub enum Arrival {
    /// All events are delivered, at once.
    AtOnce,
    /// Events are delivered a while after they happened, except those that `is_missing` names by their number: they are
    /// never delivered, and fetched. The first event has the number 0.
    Late {
        /// Whether the event with this number is never delivered; the second number is `which`.
        is_missing: fn(usize, usize) -> bool,
        /// The second number for `is_missing`.
        which: usize,
    },
}

impl Arrival {
    /// All events are delivered, as late as others are fetched.
    pub const LATE: Self = Self::Late { is_missing: |_, _| false, which: 0 };

    /// No event is delivered; all are fetched.
    pub const NEVER: Self = Self::Late { is_missing: |_, _| true, which: 0 };
}

impl TestEnvironment {
    /// Decides how events arrive from now on.
    pub fn set_arrival(&mut self, arrival: Arrival) {
        self.arrival = arrival;
    }

    /// Returns whether an event is never delivered.
    pub(super) fn is_missing(&self, event: &Value) -> bool {
        let Arrival::Late { is_missing, which } = self.arrival else { return false };
        let number = self.stripe.events().iter().position(|other| id_of(other) == id_of(event));
        number.is_some_and(|number| is_missing(number, which))
    }

    /// Moves the clock on until undelivered events count as late, if events arrive late.
    pub(super) fn wait_for_arrival(&self) {
        if matches!(self.arrival, Arrival::Late { .. }) && !self.undelivered().is_empty() {
            self.advance(LEFT_TO_DELIVERY);
        }
    }

    /// Runs the catch-up until it succeeds, if events were never delivered. Returns whether there were any.
    pub async fn catch_up(&mut self) -> bool {
        let missing: Vec<_> = self.undelivered().into_iter().filter(|event| self.is_missing(event)).collect();
        if missing.is_empty() {
            return false;
        }
        for _ in 0..MAX_ATTEMPTS {
            if self.call(async |functions| functions.catch_up().await).await == Some(true) {
                // Types that don't matter aren't fetched.
                let (fetched, left): (Vec<_>, Vec<_>) =
                    missing.iter().partition(|event| HANDLED.contains(&event["type"].as_str().unwrap()));
                self.taken.extend(fetched.into_iter().map(|event| id_of(event).to_owned()));
                self.left_out.extend(left.into_iter().map(|event| id_of(event).to_owned()));
                return true;
            }
        }
        panic!("the catch-up never came through");
    }
}
