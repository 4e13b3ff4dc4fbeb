//! `charge.dispute.*`: the customer's bank takes money back, or tries to.

use serde_json::Value;
use time::format_description::well_known::Rfc3339;

use crate::{
    Timestamp,
    ids::{DisputeId, PaymentIntentId},
    money::Money,
    stripe::{Lookup, StatusHistory},
};

/// A dispute's status, in the order of their ranks
/// (<https://docs.stripe.com/api/disputes/object#dispute_object-status>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DisputeStatus {
    /// An inquiry: no money has moved yet.
    WarningNeedsResponse,
    /// The bank looks at the answer to an inquiry.
    WarningUnderReview,
    /// The inquiry is over, and no money moved.
    WarningClosed,
    /// Evidence is wanted.
    NeedsResponse,
    /// The bank looks at the evidence.
    UnderReview,
    /// A status that isn't in Stripe's documentation yet, in its words: a person has to look, and until then it holds what
    /// the dispute is about and leaves the money where it was.
    Other(String),
    /// The money stays with the merchant.
    Won,
    /// A network settled it before it became a dispute.
    Prevented,
    /// The money went to the customer.
    Lost,
}

impl DisputeStatus {
    /// Returns the status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "warning_needs_response" => Self::WarningNeedsResponse,
            "warning_under_review" => Self::WarningUnderReview,
            "warning_closed" => Self::WarningClosed,
            "needs_response" => Self::NeedsResponse,
            "under_review" => Self::UnderReview,
            "won" => Self::Won,
            "prevented" => Self::Prevented,
            "lost" => Self::Lost,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Returns Stripe's name of the status.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningUnderReview => "warning_under_review",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Other(name) => name,
            Self::Won => "won",
            Self::Prevented => "prevented",
            Self::Lost => "lost",
        }
    }

    /// Returns whether nobody knows yet how it ends.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::WarningNeedsResponse
            | Self::WarningUnderReview
            | Self::NeedsResponse
            | Self::UnderReview
            | Self::Other(_) => true,
            Self::WarningClosed | Self::Won | Self::Prevented | Self::Lost => false,
        }
    }
}

/// What an event tells about a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeFact {
    /// The dispute.
    pub dispute: DisputeId,
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// How much of it is disputed.
    pub amount: Money,
    /// The dispute's status when the event happened.
    pub status: DisputeStatus,
    /// Until when evidence can be given; none if none is wanted.
    pub evidence_due: Option<Timestamp>,
    /// Whether the event says that the money was taken from the merchant.
    pub funds_withdrawn: bool,
    /// When the event happened.
    pub at: Timestamp,
}

impl DisputeFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}

/// A dispute as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// How much is disputed, in minor units of the payment's currency.
    pub amount: i64,
    /// Until when evidence can be given.
    pub evidence_due: Option<Timestamp>,
    /// Whether the money was ever taken from the merchant.
    pub funds_withdrawn: bool,
    /// Every status that an event told.
    pub history: StatusHistory<DisputeStatus>,
}

impl Dispute {
    /// Returns when the dispute was first heard of; none if no event told its status.
    #[must_use]
    pub fn first_heard_of(&self) -> Option<Timestamp> {
        self.history.first().map(|(at, _)| *at)
    }

    /// Returns what an announcement says of the dispute: `dispute_id`, and `evidence_due_by` if evidence is wanted.
    pub(crate) fn properties(&self, id: &DisputeId) -> impl Iterator<Item = (String, Value)> {
        let due = self.evidence_due.and_then(|due| due.format(&Rfc3339).ok());
        let due = due.map(|due| ("evidence_due_by".to_owned(), due.into()));
        [("dispute_id".to_owned(), id.as_str().into())].into_iter().chain(due)
    }

    /// Returns whether the money is gone at a moment: the dispute is lost, or was settled by a network with the money. A
    /// status that isn't known changes nothing.
    #[must_use]
    pub fn is_gone_at(&self, moment: Timestamp) -> bool {
        let known =
            |(at, status): &&(Timestamp, DisputeStatus)| *at <= moment && !matches!(status, DisputeStatus::Other(_));
        match self.history.iter().rfind(known) {
            Some((_, DisputeStatus::Lost)) => true,
            Some((_, DisputeStatus::Prevented)) => self.funds_withdrawn,
            _ => false,
        }
    }

    /// Returns since when the dispute is open; none if it is over.
    #[must_use]
    pub fn open_since(&self) -> Option<Timestamp> {
        self.history.newest().filter(|status| status.is_open()).and(self.history.first()).map(|(at, _)| *at)
    }

    /// Returns the moments at which it may change whether the money is gone.
    pub(super) fn moments(&self) -> impl Iterator<Item = Timestamp> {
        self.history.iter().map(|(at, _)| *at)
    }

    /// Adds what an event tells.
    pub(super) fn add(&mut self, fact: &DisputeFact) {
        self.amount = self.amount.max(fact.amount.amount);
        self.evidence_due = self.evidence_due.max(fact.evidence_due);
        self.funds_withdrawn |= fact.funds_withdrawn;
        self.history.add(fact.at, fact.status.clone());
    }
}

impl From<&DisputeFact> for Dispute {
    fn from(fact: &DisputeFact) -> Self {
        let history = StatusHistory::new([(fact.at, fact.status.clone())]);
        let DisputeFact { evidence_due, funds_withdrawn, .. } = *fact;
        Self { amount: fact.amount.amount, evidence_due, funds_withdrawn, history }
    }
}
