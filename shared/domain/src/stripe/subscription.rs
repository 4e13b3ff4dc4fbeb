//! The fact of `customer.subscription.*`: the state of a subscription at Stripe.

use crate::{
    Timestamp,
    champion_metadata::ChampionMetadata,
    ids::{CustomerId, InvoiceId, PriceId, SubscriptionId},
    period::Period,
    stripe::{Hints, Lookup},
};

/// A subscription's status at Stripe (<https://docs.stripe.com/api/subscriptions/object#subscription_object-status>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// The first payment hasn't succeeded yet; it can within 23 hours.
    Incomplete,
    /// The first payment never succeeded.
    IncompleteExpired,
    /// A trial runs; nothing is to be paid yet.
    Trialing,
    /// The running period is paid, or its invoice is still a draft.
    Active,
    /// A renewal's payment failed and is tried again.
    PastDue,
    /// A renewal's payment failed for good; new invoices are made but not charged.
    Unpaid,
    /// A trial ended without a payment method, and no invoices are made.
    Paused,
    /// The subscription has ended.
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

    /// Returns Stripe's name of the status, which is also the one in the database and in responses.
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

    /// Returns whether the subscription has ended, so that no other status can follow.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }

    /// Returns whether the subscription's first payment was made and it hasn't ended, so that it may charge the reader
    /// again. `live_subscriptions.sql` of the operators' program also counts incomplete ones, whose first payment can still
    /// succeed.
    #[must_use]
    pub fn is_live(self) -> bool {
        !self.is_terminal() && self != Self::Incomplete
    }

    /// Returns whether Stripe has tried in vain to charge the subscription's newest invoice.
    #[must_use]
    pub fn is_in_arrears(self) -> bool {
        matches!(self, Self::PastDue | Self::Unpaid)
    }
}

/// The content of an event about a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// The subscription's status; [`SubscriptionStatus::Canceled`] in `customer.subscription.deleted`.
    pub status: SubscriptionStatus,
    /// Whether the subscription is cancelled and going to end by the end of its running period
    /// ([`Cancellation::ends_by`](super::Cancellation::ends_by)).
    pub cancel_at_period_end: bool,
    /// `current_period_end` of the subscription or of its first item, or `cancel_at` if that is earlier.
    pub period_end: Option<Timestamp>,
    /// The price of the subscription's first item.
    pub price: Option<PriceId>,
    /// The items that the event embeds, at most ten.
    pub items: Vec<SubscriptionItem>,
    /// Whether the collection of the subscription's payments is paused (`pause_collection`), which its status doesn't say.
    pub collection_paused: bool,
    /// The subscription's newest invoice (`latest_invoice`).
    pub latest_invoice: Option<InvoiceId>,
    /// Our metadata.
    pub metadata: Option<ChampionMetadata>,
}

/// An item of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionItem {
    /// The price of the item.
    pub price: Option<PriceId>,
    /// The item's running period.
    pub period: Option<Period>,
}

impl SubscriptionFact {
    /// Returns the keys that the fact names.
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
