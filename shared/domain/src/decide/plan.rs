//! The plan: the rows to write for an event.

use crate::{
    champion::ChampionWrite, effect::Effect, ids::PaymentIntentId, outbox::Announcement, preorder::PreorderWrite,
    stripe::PaymentFacts,
};

/// The rows to write for an event. A store writes them and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The preorder to insert or to replace.
    pub preorder: Option<PreorderWrite>,
    /// The payment at Stripe, with everything that is known of its refunds, disputes and invoice afterwards.
    pub payment: Option<(PaymentIntentId, PaymentFacts)>,
    /// The rows to write about a reader and a novel.
    pub champion: Option<Box<ChampionWrite>>,
    /// The announcements for Klaviyo. One whose key is stored already is not stored again.
    pub announcements: Vec<Announcement>,
    /// The outcome to record with the event.
    pub outcome: Outcome,
}

impl Plan {
    /// Returns the plan for an effect; `add` puts a change into it.
    pub(super) fn of<Change>(effect: Effect<Change>, add: impl FnOnce(Change, &mut Self)) -> Self {
        match effect {
            Effect::Change(change) => {
                let mut plan = Self::nothing(Outcome::Applied);
                add(change, &mut plan);
                plan
            }
            Effect::Ignore { reason } => Self::ignore(reason),
            Effect::Park { reason } => Self::park(reason),
        }
    }

    /// Returns a plan that writes nothing but the event's outcome.
    #[must_use]
    pub fn nothing(outcome: Outcome) -> Self {
        Self { preorder: None, payment: None, champion: None, announcements: Vec::new(), outcome }
    }

    /// Returns the plan for an event that rightly changes nothing.
    #[must_use]
    pub fn ignore(reason: &'static str) -> Self {
        Self::nothing(Outcome::Ignored { reason })
    }

    /// Returns the plan for an event that a person must look at.
    #[must_use]
    pub fn park(reason: impl Into<String>) -> Self {
        Self::nothing(Outcome::Parked { reason: reason.into() })
    }
}

/// The outcome of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The event changed something.
    Applied,
    /// The event rightly changed nothing.
    Ignored {
        /// The reason why the event changed nothing.
        reason: &'static str,
    },
    /// The event should have changed something but can't, and a retry wouldn't help: an operator must look at it.
    Parked {
        /// The reason, without personal data.
        reason: String,
    },
}

impl Outcome {
    /// Returns the name in the database and in metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored { .. } => "ignored",
            Self::Parked { .. } => "parked",
        }
    }

    /// Returns the reason; none if the event was applied.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Applied => None,
            Self::Ignored { reason } => Some(reason),
            Self::Parked { reason } => Some(reason),
        }
    }
}
