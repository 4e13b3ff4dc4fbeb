//! The fact of `refund.*` and `charge.refund.updated`: one refund of a payment.

use crate::{
    Timestamp,
    ids::{PaymentIntentId, RefundId},
    money::Money,
    stripe::{Lookup, StatusHistory},
};

/// The status of a refund (<https://docs.stripe.com/api/refunds/object#refund_object-status>). Their order is their
/// rank: of two statuses of one moment the higher one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefundStatus {
    /// The refund waits for the customer to do something.
    RequiresAction,
    /// The money is on its way to the customer.
    Pending,
    /// The money is with the customer's bank.
    Succeeded,
    /// The refund was cancelled before the money moved.
    Canceled,
    /// The bank sent the money back to the merchant.
    Failed,
}

impl RefundStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::RequiresAction, Self::Pending, Self::Succeeded, Self::Canceled, Self::Failed];

    /// Returns Stripe's name of the status.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RequiresAction => "requires_action",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
        }
    }

    /// Returns the status with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Returns whether the money is gone: it is on its way, or with the customer's bank.
    #[must_use]
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Pending | Self::Succeeded)
    }
}

/// The content of an event about a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFact {
    /// The refund.
    pub refund: RefundId,
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// The refunded amount.
    pub amount: Money,
    /// When the refund was made.
    pub created: Timestamp,
    /// The refund's status when the event happened.
    pub status: RefundStatus,
    /// The reason why the refund failed, in Stripe's words.
    pub failure_reason: Option<String>,
    /// When the event happened.
    pub at: Timestamp,
}

impl RefundFact {
    /// Returns the keys that the fact names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}

/// A refund as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The refunded amount, in minor units of the payment's currency.
    pub amount: i64,
    /// When the refund was made; the money is gone from then on.
    pub created: Timestamp,
    /// Every status that an event gave, with the event's time.
    pub history: StatusHistory<RefundStatus>,
}

impl Refund {
    /// Returns whether the money is gone at a moment. Between the time at which the refund was made and the first event
    /// about it, that event's status counts.
    #[must_use]
    pub fn is_gone_at(&self, moment: Timestamp) -> bool {
        let first = || self.history.first().map(|(_, status)| status);
        moment >= self.created && self.history.at(moment).or_else(first).is_some_and(|status| status.is_gone())
    }

    /// Returns whether the money was ever gone.
    #[must_use]
    pub fn was_gone(&self) -> bool {
        self.history.iter().any(|(_, status)| status.is_gone())
    }

    /// Returns the moments at which [`Self::is_gone_at`] may change.
    pub(super) fn moments(&self) -> impl Iterator<Item = Timestamp> {
        self.history.iter().map(|(at, _)| *at).chain([self.created])
    }

    /// Merges the content of an event.
    pub(super) fn add(&mut self, fact: &RefundFact) {
        self.amount = self.amount.max(fact.amount.amount);
        self.created = self.created.min(fact.created);
        self.history.add(fact.at, fact.status);
    }
}

impl From<&RefundFact> for Refund {
    fn from(fact: &RefundFact) -> Self {
        let history = StatusHistory::new([(fact.at, fact.status)]);
        Self { amount: fact.amount.amount, created: fact.created, history }
    }
}
