//! The effect of a Stripe event on one part of the state.

/// The effect of a Stripe event on a preorder, or on a reader's support of a novel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect<Change> {
    /// The fact changes something.
    Change(Change),
    /// The fact rightly changes nothing.
    Ignore {
        /// The reason why the fact changes nothing.
        reason: &'static str,
    },
    /// The fact should change something but can't: an operator must look at the event.
    Park {
        /// The reason, without personal data.
        reason: String,
    },
}

impl<Change> Effect<Change> {
    /// Returns the effect of an event that rightly changes nothing.
    #[must_use]
    pub fn ignore(reason: &'static str) -> Self {
        Self::Ignore { reason }
    }

    /// Returns the effect of an event that a person must look at.
    #[must_use]
    pub fn park(reason: impl Into<String>) -> Self {
        Self::Park { reason: reason.into() }
    }
}
