//! The queue of deliveries, with their state and their attempts.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::ids::Ids;
use crate::stripe::legacy;
use crate::stripe::options::Retries;

/// A registered endpoint, with what its API object doesn't show.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) secrets: Vec<String>,
    pub(crate) api_version: String,
    pub(crate) enabled_events: Vec<String>,
    pub(crate) disabled: bool,
}

impl Endpoint {
    fn wants(&self, kind: &str) -> bool {
        !self.disabled
            && legacy::knows(&self.api_version, kind)
            && (kind == "*" || self.enabled_events.iter().any(|wanted| wanted == "*" || wanted == kind))
    }
}

/// An event on its way to an endpoint.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// The number of the delivery, from 1 in the order of the events.
    pub id: u64,
    /// The event's id.
    pub event: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// The state of the delivery.
    pub state: DeliveryState,
    /// The attempts so far.
    pub attempts: Vec<Attempt>,
    #[serde(skip)]
    due: Instant,
    /// The place among deliveries that are due.
    #[serde(skip)]
    position: u64,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits to be released by the controls.
    Held,
    /// Waits for its turn or its next attempt.
    Pending,
    /// Is being sent.
    Sending,
    /// The endpoint answered 2xx.
    Delivered,
    /// Every attempt failed.
    GivenUp,
    /// The controls dropped it.
    Dropped,
}

/// One attempt to deliver.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// Seconds since the epoch, by the machine's clock (the signature's time).
    pub at: i64,
    /// The endpoint's answer.
    pub status: Option<u16>,
    /// The error, if there was no answer.
    pub error: Option<String>,
}

/// The order in which held deliveries are released.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The order in which the events happened.
    #[default]
    AsCreated,
    /// The last one first.
    Reversed,
    /// Shuffled. Equal seeds give equal orders.
    Shuffled(u64),
    /// These events (by id or type) in this order; the others stay held.
    Only(Vec<String>),
}

/// A delivery to send now.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) delivery: u64,
    pub(crate) event: String,
    pub(crate) endpoint: Endpoint,
}

/// The endpoints and their deliveries.
#[derive(Debug)]
pub(crate) struct Webhooks {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) retries: Retries,
    /// Whether new deliveries wait until they are released.
    pub(crate) hold: bool,
    /// How many times each new event is delivered.
    pub(crate) copies: usize,
    /// How long new deliveries wait.
    pub(crate) delay: Duration,
    /// Whether new deliveries are dropped.
    pub(crate) drop_new: bool,
    position: u64,
}

impl Webhooks {
    pub(crate) fn new(retries: Retries) -> Self {
        Self {
            endpoints: Vec::new(),
            deliveries: Vec::new(),
            retries,
            hold: false,
            copies: 1,
            delay: Duration::ZERO,
            drop_new: false,
            position: 0,
        }
    }

    /// Queues a new event for every endpoint that wants it. Returns their number.
    pub(crate) fn enqueue(&mut self, event: &str, kind: &str) -> usize {
        let wanting = self.endpoints.iter().filter(|endpoint| endpoint.wants(kind));
        let wanting: Vec<_> = wanting.map(|endpoint| endpoint.id.clone()).collect();
        let state = match (self.drop_new, self.hold) {
            (true, _) => DeliveryState::Dropped,
            (false, true) => DeliveryState::Held,
            (false, false) => DeliveryState::Pending,
        };
        for endpoint in &wanting {
            for _ in 0..self.copies {
                self.add(event, kind, endpoint, state, self.delay);
            }
        }
        wanting.len()
    }

    /// Queues an event again for every endpoint that wants it, behind the others and without delay.
    pub(crate) fn again(&mut self, event: &str, kind: &str) {
        let wanting = self.endpoints.iter().filter(|endpoint| endpoint.wants(kind));
        let wanting: Vec<_> = wanting.map(|endpoint| endpoint.id.clone()).collect();
        for endpoint in wanting {
            self.add(event, kind, &endpoint, DeliveryState::Pending, Duration::ZERO);
        }
    }

    fn add(&mut self, event: &str, kind: &str, endpoint: &str, state: DeliveryState, delay: Duration) {
        self.position += 1;
        self.deliveries.push(Delivery {
            id: u64::try_from(self.deliveries.len()).unwrap_or(u64::MAX) + 1,
            event: event.to_owned(),
            kind: kind.to_owned(),
            endpoint: endpoint.to_owned(),
            state,
            attempts: Vec::new(),
            due: Instant::now() + delay,
            position: self.position,
        });
    }

    /// Releases held deliveries in the given order. Returns their number.
    pub(crate) fn release(&mut self, order: &Order) -> usize {
        let held = |delivery: &&mut Delivery| delivery.state == DeliveryState::Held;
        let mut freed: Vec<_> = self.deliveries.iter_mut().filter(held).collect();
        match order {
            Order::AsCreated => {}
            Order::Reversed => freed.reverse(),
            Order::Shuffled(seed) => freed.sort_by_key(|delivery| Ids::shuffle_key(*seed, delivery.id)),
            Order::Only(wanted) => {
                let rank = |delivery: &Delivery| {
                    wanted.iter().position(|name| *name == delivery.event || *name == delivery.kind)
                };
                freed.retain(|delivery| rank(delivery).is_some());
                freed.sort_by_key(|delivery| rank(delivery));
            }
        }
        let count = freed.len();
        for delivery in freed {
            self.position += 1;
            delivery.position = self.position;
            delivery.state = DeliveryState::Pending;
            delivery.due = Instant::now();
        }
        count
    }

    /// Drops held and waiting deliveries of one event (by id or type), or of all. Returns their number.
    pub(crate) fn drop_waiting(&mut self, name: Option<&str>) -> usize {
        let mut count = 0;
        for delivery in &mut self.deliveries {
            let named = name.is_none_or(|name| delivery.event == name || delivery.kind == name);
            if named && matches!(delivery.state, DeliveryState::Held | DeliveryState::Pending) {
                delivery.state = DeliveryState::Dropped;
                count += 1;
            }
        }
        count
    }

    /// Makes everything that waits for its next attempt due now.
    pub(crate) fn retry_now(&mut self) {
        for delivery in &mut self.deliveries {
            delivery.due = delivery.due.min(Instant::now());
        }
    }

    /// Takes the deliveries that may be sent now, in order.
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<Job> {
        let mut jobs = Vec::new();
        for endpoint in &self.endpoints {
            let mine = |delivery: &&mut Delivery| delivery.endpoint == endpoint.id;
            let mut mine: Vec<_> = self.deliveries.iter_mut().filter(mine).collect();
            let sending = mine.iter().filter(|delivery| delivery.state == DeliveryState::Sending).count();
            mine.retain(|delivery| delivery.state == DeliveryState::Pending && delivery.due <= now);
            mine.sort_by_key(|delivery| delivery.position);
            for delivery in mine.into_iter().take(self.retries.concurrency.saturating_sub(sending)) {
                delivery.state = DeliveryState::Sending;
                jobs.push(Job { delivery: delivery.id, event: delivery.event.clone(), endpoint: endpoint.clone() });
            }
        }
        jobs
    }

    /// Returns when the next waiting delivery becomes due, if that is after `now`.
    pub(crate) fn next_due(&self, now: Instant) -> Option<Instant> {
        let pending = self.deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Pending);
        pending.map(|delivery| delivery.due).filter(|due| *due > now).min()
    }

    /// Records an attempt.
    pub(crate) fn record(&mut self, id: u64, attempt: Attempt) {
        let Some(delivery) = self.deliveries.iter_mut().find(|delivery| delivery.id == id) else { return };
        let delivered = attempt.status.is_some_and(|status| (200..300).contains(&status));
        delivery.attempts.push(attempt);
        delivery.state = match self.retries.wait_after(delivery.attempts.len()) {
            _ if delivered => DeliveryState::Delivered,
            None => DeliveryState::GivenUp,
            Some(wait) => {
                delivery.due = Instant::now() + wait;
                DeliveryState::Pending
            }
        };
    }

    /// Returns how many deliveries wait or are being sent; held ones don't count.
    pub(crate) fn busy(&self) -> usize {
        let busy = |delivery: &&Delivery| matches!(delivery.state, DeliveryState::Pending | DeliveryState::Sending);
        self.deliveries.iter().filter(busy).count()
    }

    /// Returns how many deliveries of `event` haven't arrived yet.
    pub(crate) fn outstanding(&self, event: &str) -> usize {
        let waits = |delivery: &&Delivery| {
            delivery.event == event && !matches!(delivery.state, DeliveryState::Delivered | DeliveryState::GivenUp)
        };
        self.deliveries.iter().filter(waits).count()
    }
}
