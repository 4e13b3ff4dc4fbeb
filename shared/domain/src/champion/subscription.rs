//! A subscription as Stripe last described it.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, btree_map::Entry},
};

use crate::{
    Timestamp,
    champion::{Period, TierLevel},
    ids::{CustomerId, EventId, InvoiceId, SubscriptionId},
    stripe::SubscriptionStatus,
};

/// Which event a description comes from. Events of the same second have no order; the id makes one up, so that
/// everybody ends with the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// When the event happened.
    pub created: Timestamp,
    /// The event.
    pub event: EventId,
}

/// The period that a subscription said to be in when an invoice was its newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoicePeriod {
    /// The period, as Stripe counts.
    pub period: Period,
    /// The tier of the subscription's price.
    pub tier: Option<TierLevel>,
    /// When an event first said so.
    pub at: Timestamp,
}

/// A subscription as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Stripe's id.
    pub id: SubscriptionId,
    /// Who pays.
    pub customer: Option<CustomerId>,
    /// The subscription's status at Stripe.
    pub status: SubscriptionStatus,
    /// Whether it is going to end.
    pub cancel_at_period_end: bool,
    /// When the paid period ends, as Stripe counts.
    pub period_end: Option<Timestamp>,
    /// The tier of its price.
    pub tier: Option<TierLevel>,
    /// Whether its payments aren't collected at the moment. Its status doesn't say so.
    pub collection_paused: bool,
    /// Which period each of its invoices is for, as far as events about the subscription said so.
    pub periods: BTreeMap<InvoiceId, InvoicePeriod>,
    /// Whether it ever got past its first payment. One that didn't was never a subscription to the reader.
    pub started: bool,
    /// The event that described it last; none if only answers of the API and invoices have so far.
    pub version: Option<Version>,
}

impl Subscription {
    /// Makes what an invoice that is paid says about its subscription: it runs. Any event about the subscription itself
    /// knows better, unless it is from before the first payment.
    #[must_use]
    pub fn running(id: SubscriptionId, customer: Option<CustomerId>) -> Self {
        Self {
            id,
            customer,
            status: SubscriptionStatus::Active,
            cancel_at_period_end: false,
            period_end: None,
            tier: None,
            collection_paused: false,
            periods: BTreeMap::new(),
            started: true,
            version: None,
        }
    }

    /// Whether it will charge the reader again unless somebody stops it.
    #[must_use]
    pub fn renews(&self) -> bool {
        self.is_charged() && !self.cancel_at_period_end
    }

    /// Whether Stripe collects its invoices: neither paused, nor given up after a payment that failed for good.
    #[must_use]
    pub fn is_charged(&self) -> bool {
        use SubscriptionStatus::{Active, PastDue, Trialing};
        matches!(self.status, Active | Trialing | PastDue) && !self.collection_paused
    }

    /// Returns when a cancellation takes effect.
    #[must_use]
    pub fn cancels_at(&self) -> Option<Timestamp> {
        self.period_end.filter(|_| self.cancel_at_period_end)
    }

    /// Whether it ended after it had been paid at least once.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.started && self.status.is_terminal()
    }

    /// Merges two descriptions of one subscription. Commutative, associative and idempotent: the later phase wins, then the
    /// newer event.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let started = self.started || other.started;
        let (mut winner, loser) = match self.age().cmp(&other.age()) {
            Ordering::Less => (other, self),
            Ordering::Equal | Ordering::Greater => (self, other),
        };
        // A subscription never changes its customer. Everything else is taken whole: filling gaps of a newer description
        // from one of several older ones would let their order matter.
        winner.customer = winner.customer.or(loser.customer);
        winner.started = started;
        join(&mut winner.periods, loser.periods);
        winner
    }

    /// Applies an answer of Stripe's API, which is written at once but has no version: the event about the same change
    /// comes as well and has the last word.
    #[must_use]
    pub fn observed(self, answer: Self) -> Self {
        let version = self.version.clone();
        let later = answer.phase() >= self.phase();
        let (mut winner, loser) = if later { (answer, self) } else { (self, answer) };
        winner.customer = winner.customer.or(loser.customer);
        winner.tier = winner.tier.or(loser.tier);
        winner.period_end = winner.period_end.or(loser.period_end);
        join(&mut winner.periods, loser.periods);
        winner.started |= loser.started;
        Self { version, ..winner }
    }

    fn age(&self) -> (u8, Option<&Version>) {
        (self.phase(), self.version.as_ref())
    }

    /// Returns a number that only grows: before the first payment, while it goes on, and after its end.
    fn phase(&self) -> u8 {
        match self.status {
            SubscriptionStatus::Incomplete => 0,
            status if status.is_terminal() => 2,
            _ => 1,
        }
    }
}

/// Adds what another description knows of invoices. Of two that speak of one invoice the earlier one counts: a change of
/// plan comes later.
fn join(known: &mut BTreeMap<InvoiceId, InvoicePeriod>, others: BTreeMap<InvoiceId, InvoicePeriod>) {
    let age = |it: &InvoicePeriod| (it.at, it.tier, it.period.end, it.period.start);
    for (invoice, other) in others {
        match known.entry(invoice) {
            Entry::Vacant(place) => {
                place.insert(other);
            }
            Entry::Occupied(mut place) if age(&other) < age(place.get()) => {
                place.insert(other);
            }
            Entry::Occupied(_) => {}
        }
    }
}
