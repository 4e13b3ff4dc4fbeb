//! A subscription in its newest known state at Stripe.

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

/// The event that a subscription's state comes from. Events of the same second are ordered by their ids, so that the result
/// doesn't depend on the order in which they arrive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// When the event happened.
    pub created: Timestamp,
    /// The event.
    pub event: EventId,
}

/// The period in which a subscription was while an invoice was its newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoicePeriod {
    /// The period, as Stripe has it.
    pub period: Period,
    /// The tier of the subscription's price.
    pub tier: Option<TierLevel>,
    /// When an event first named this period.
    pub at: Timestamp,
}

/// A subscription as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Stripe's id.
    pub id: SubscriptionId,
    /// The Stripe customer who pays.
    pub customer: Option<CustomerId>,
    /// The subscription's status at Stripe.
    pub status: SubscriptionStatus,
    /// Whether a cancellation is going to end the subscription by the end of its running period.
    pub cancel_at_period_end: bool,
    /// When the running period ends, as Stripe has it; for a cancelled subscription, when the subscription ends.
    pub period_end: Option<Timestamp>,
    /// The tier of the subscription's price.
    pub tier: Option<TierLevel>,
    /// Whether the collection of the subscription's payments is paused (`pause_collection`), which Stripe's status doesn't
    /// say.
    pub collection_paused: bool,
    /// The periods of the subscription's invoices, as far as events about the subscription named them.
    pub periods: BTreeMap<InvoiceId, InvoicePeriod>,
    /// Whether the subscription's first payment was ever made. A subscription without one never counts as the reader's.
    pub started: bool,
    /// The event that the state comes from; none if it comes from answers of the API and from invoices alone.
    pub version: Option<Version>,
}

impl Subscription {
    /// Returns the state that a paid invoice implies for its subscription: it is active. In a merge, any event about the
    /// subscription itself wins, unless it is from before the first payment.
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

    /// Returns whether the subscription will charge the reader again unless it is cancelled. `refunded_subscriptions.sql` has
    /// the same condition.
    #[must_use]
    pub fn renews(&self) -> bool {
        self.is_charged() && !self.cancel_at_period_end
    }

    /// Returns whether Stripe collects the subscription's invoices: it is neither paused, nor unpaid or ended.
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

    /// Returns whether the subscription ended after it had been paid at least once.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.started && self.status.is_terminal()
    }

    /// Merges two states of one subscription: the later phase wins, then the newer event. The merge is commutative,
    /// associative and idempotent.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let started = self.started || other.started;
        let (mut winner, loser) = match self.age().cmp(&other.age()) {
            Ordering::Less => (other, self),
            Ordering::Equal | Ordering::Greater => (self, other),
        };
        // A subscription never changes its customer. Everything else is taken from the winner: filling its gaps from one of
        // several older states would make their order matter.
        winner.customer = winner.customer.or(loser.customer);
        winner.started = started;
        join(&mut winner.periods, loser.periods);
        winner
    }

    /// Returns the state after an answer of Stripe's API to a request that was made while `seen` was the version. An answer
    /// has no version, so the known version stays, and the event about the same change replaces the answer when it arrives.
    ///
    /// An answer of an earlier phase doesn't count. Nor does one of the same phase if an event was recorded since the request
    /// was made: the answer may be older than that event, and then no other event would ever correct it.
    #[must_use]
    pub fn observed(self, answer: Self, seen: Option<&Version>) -> Self {
        let version = self.version.clone();
        let counts = match answer.phase().cmp(&self.phase()) {
            Ordering::Less => false,
            Ordering::Equal => version.as_ref() == seen,
            Ordering::Greater => true,
        };
        let (mut winner, loser) = if counts { (answer, self) } else { (self, answer) };
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

    /// Returns 0 before the first payment, 1 while the subscription runs, and 2 after its end. It never decreases.
    fn phase(&self) -> u8 {
        match self.status {
            SubscriptionStatus::Incomplete => 0,
            status if status.is_terminal() => 2,
            _ => 1,
        }
    }
}

/// Adds the periods of invoices from another state. Of two periods of one invoice the one that was named first counts,
/// since a later one may be from after a change of plan.
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
