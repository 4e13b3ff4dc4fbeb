//! The fact of `charge.dispute.*`: the customer's bank takes a payment's money back, or may do so.

use serde_json::Value;
use time::format_description::well_known::Rfc3339;

use crate::{
    Timestamp,
    ids::{DisputeId, PaymentIntentId},
    money::Money,
    stripe::{Lookup, StatusHistory},
};

/// The status of a dispute (<https://docs.stripe.com/api/disputes/object#dispute_object-status>). Their order is their
/// rank: of two statuses of one moment the higher one counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DisputeStatus {
    /// The bank inquires; no money has moved.
    WarningNeedsResponse,
    /// The bank reviews the answer to its inquiry.
    WarningUnderReview,
    /// The inquiry is closed, and no money moved.
    WarningClosed,
    /// The bank waits for evidence.
    NeedsResponse,
    /// The bank reviews the evidence.
    UnderReview,
    /// The status isn't in Stripe's documentation; this is its name. The dispute counts as open until its next status, and
    /// whether the money is gone stays as it was.
    Other(String),
    /// The dispute is won, and the money stays with the merchant.
    Won,
    /// A card network settled the matter before it became a dispute.
    Prevented,
    /// The dispute is lost, and the money went to the customer.
    Lost,
}

impl DisputeStatus {
    /// Returns the status with this name; [`DisputeStatus::Other`] if Stripe doesn't document it.
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

    /// Returns whether the dispute isn't decided yet.
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

/// The content of an event about a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeFact {
    /// The dispute.
    pub dispute: DisputeId,
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// The disputed amount.
    pub amount: Money,
    /// The dispute's status when the event happened.
    pub status: DisputeStatus,
    /// The deadline for evidence; none if no evidence is asked for.
    pub evidence_due: Option<Timestamp>,
    /// Whether the event says that the money was taken from the merchant.
    pub funds_withdrawn: bool,
    /// When the event happened.
    pub at: Timestamp,
}

impl DisputeFact {
    /// Returns the keys that the fact names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { payment_intent: Some(self.payment_intent.clone()), ..Lookup::default() }
    }
}

/// A dispute as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The disputed amount, in minor units of the payment's currency.
    pub amount: i64,
    /// The deadline for evidence; none if no evidence was asked for.
    pub evidence_due: Option<Timestamp>,
    /// Whether the money was ever taken from the merchant.
    pub funds_withdrawn: bool,
    /// Every status that an event gave, with the event's time.
    pub history: StatusHistory<DisputeStatus>,
}

impl Dispute {
    /// Returns the time of the first event about the dispute; none if its history is empty.
    #[must_use]
    pub fn first_heard_of(&self) -> Option<Timestamp> {
        self.history.first().map(|(at, _)| *at)
    }

    /// Returns the dispute's properties in announcements: `dispute_id`, and `evidence_due_by` if evidence is asked for.
    pub(crate) fn properties(&self, id: &DisputeId) -> impl Iterator<Item = (String, Value)> {
        let due = self.evidence_due.and_then(|due| due.format(&Rfc3339).ok());
        let due = due.map(|due| ("evidence_due_by".to_owned(), due.into()));
        [("dispute_id".to_owned(), id.as_str().into())].into_iter().chain(due)
    }

    /// Returns whether the money is gone at a moment: the dispute is lost, or was prevented after the money was
    /// withdrawn. A status that Stripe doesn't document changes nothing.
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

    /// Returns when the dispute began, if it is open; none if it is closed.
    #[must_use]
    pub fn open_since(&self) -> Option<Timestamp> {
        self.history.newest().filter(|status| status.is_open()).and(self.history.first()).map(|(at, _)| *at)
    }

    /// Returns the moments at which [`Self::is_gone_at`] may change.
    pub(super) fn moments(&self) -> impl Iterator<Item = Timestamp> {
        self.history.iter().map(|(at, _)| *at)
    }

    /// Merges the content of an event.
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
