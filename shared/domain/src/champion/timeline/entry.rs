//! What the fold is given: payments, reduced to what matters for access.

use time::Duration;

use crate::{
    Timestamp,
    champion::{Period, TierLevel},
    ids::{PaymentRecordId, SubscriptionId},
};

/// A payment as the timeline sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The payment.
    pub payment: PaymentRecordId,
    /// The gateway's id, which orders payments that enter at the same moment. One that is given on arrival would let the
    /// order of arrival matter.
    pub rank: String,
    /// When it enters.
    pub enters_at: Timestamp,
    /// The subscription that it belongs to: negative lines take from that one only.
    pub subscription: Option<SubscriptionId>,
    /// What it is.
    pub kind: EntryKind,
    /// What it bought, in the order of the invoice.
    pub lines: Vec<Line>,
    /// When it was taken back (true) and given again (false). Of several changes at one moment the last one counts.
    pub revocations: Vec<(Timestamp, bool)>,
}

/// What kind of entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A payment that buys time.
    Bought,
    /// What the reader was shown when they were taken over.
    CarriedOver,
    /// A payment that what was carried over contains. It has no time of its own; its revocation takes from the rest of
    /// what was carried over as much as this period still covers.
    Settled(Option<Period>),
}

/// A line of a payment: time at one tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The tier.
    pub tier: TierLevel,
    /// How long; negative for time that wasn't used and is given back.
    pub length: Duration,
}

impl Entry {
    /// Whether it is revoked at this moment.
    pub(super) fn is_revoked_at(&self, now: Timestamp) -> bool {
        let known = self.revocations.iter().filter(|(at, _)| *at <= now);
        // Of equal maxima `max_by_key` returns the last one.
        known.max_by_key(|(at, _)| *at).is_some_and(|(_, revoked)| *revoked)
    }

    /// Returns all the time that the entry bought.
    pub(super) fn bought(&self) -> Duration {
        self.lines.iter().map(|line| line.length.max(Duration::ZERO)).sum()
    }
}
