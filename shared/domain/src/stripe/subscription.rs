//! `customer.subscription.*`: the state of a subscription in Stripe.

use crate::{
    Timestamp,
    champion_metadata::ChampionMetadata,
    ids::{CustomerId, InvoiceId, PriceId, SubscriptionId},
    period::Period,
    stripe::{Hints, Lookup},
};

/// A subscription's status in Stripe (<https://docs.stripe.com/api/subscriptions/object#subscription_object-status>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// The first payment hasn't succeeded yet; it may within 23 hours.
    Incomplete,
    /// The first payment never succeeded.
    IncompleteExpired,
    /// A trial runs; nothing is to be paid yet.
    Trialing,
    /// The running period is paid, or its invoice is still a draft.
    Active,
    /// A renewal failed and is tried again.
    PastDue,
    /// A renewal failed for good, but the subscription goes on making invoices.
    Unpaid,
    /// Payments are paused.
    Paused,
    /// The subscription is over.
    Canceled,
}

impl SubscriptionStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Incomplete,
        Self::IncompleteExpired,
        Self::Trialing,
        Self::Active,
        Self::PastDue,
        Self::Unpaid,
        Self::Paused,
        Self::Canceled,
    ];

    /// Returns Stripe's name of it, which is also the one in the database and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
        }
    }

    /// Returns the status with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Returns whether nothing can follow it.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }

    /// Returns whether it got past its first payment and isn't over: it will, or may, charge the reader again.
    #[must_use]
    pub fn is_live(self) -> bool {
        !self.is_terminal() && self != Self::Incomplete
    }
}

/// What an event about a subscription carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The subscription's status; [`SubscriptionStatus::Canceled`] in `customer.subscription.deleted`.
    pub status: SubscriptionStatus,
    /// Whether it is going to end: `cancel_at_period_end`, or `cancel_at` is set.
    pub cancel_at_period_end: bool,
    /// When the paid period ends: `cancel_at` if it is set, else `current_period_end` of the subscription or of its
    /// first item.
    pub period_end: Option<Timestamp>,
    /// The price of its first item.
    pub price: Option<PriceId>,
    /// The subscription's items, ten at most. Empty if the event says no more than `price` and `period_end`.
    pub items: Vec<SubscriptionItem>,
    /// Whether its payments aren't collected at the moment (`pause_collection`). Its status doesn't say so.
    pub collection_paused: bool,
    /// The subscription's newest invoice: the one of the period that runs.
    pub latest_invoice: Option<InvoiceId>,
    /// Our metadata.
    pub metadata: Option<ChampionMetadata>,
}

/// One of the things that a subscription is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionItem {
    /// The price of the item.
    pub price: Option<PriceId>,
    /// The period that runs.
    pub period: Option<Period>,
}

impl SubscriptionFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        let prices = self.items.iter().filter_map(|item| item.price.clone()).chain(self.price.clone());
        let hints = || Hints { customer: self.customer.clone(), prices: prices.collect() };
        Lookup {
            subscription: Some(self.subscription.clone()),
            hints: self.metadata.is_none().then(hints),
            ..Lookup::by_metadata(self.metadata.as_ref())
        }
    }
}
