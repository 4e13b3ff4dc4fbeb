//! The input of the fold: payments, reduced to what matters for access.

use time::Duration;

use crate::{
    Timestamp,
    champion::{Period, TierLevel},
    ids::{PaymentRecordId, SubscriptionId},
};

/// A payment, reduced to what matters for access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The payment.
    pub payment: PaymentRecordId,
    /// The id at Stripe, which orders payments that enter at the same moment. Ids of our own, which may be made when an
    /// event arrives, would make the order of arrival matter.
    pub rank: String,
    /// When the payment enters.
    pub enters_at: Timestamp,
    /// The subscription to which the payment belongs; negative lines take from that subscription's payments only.
    pub subscription: Option<SubscriptionId>,
    /// The kind of entry.
    pub kind: EntryKind,
    /// The time that the payment bought, in the order of the invoice's lines.
    pub lines: Vec<Line>,
    /// The moments at which the payment was revoked (true) or a revocation was undone (false). Of several changes at one
    /// moment the last one counts.
    pub revocations: Vec<(Timestamp, bool)>,
}

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A payment that buys time.
    Bought,
    /// The access that the reader was shown when they were carried over.
    CarriedOver,
    /// A payment from before the reader was carried over. It has no time of its own. When it is revoked, the carried-over
    /// entry loses as much of its remaining time as this period still covers.
    Settled(Option<Period>),
}

/// A line of a payment: time at one tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The tier.
    pub tier: TierLevel,
    /// The length; negative for unused time that is credited.
    pub length: Duration,
}

impl Entry {
    /// Returns whether the entry is revoked at this moment.
    pub(super) fn is_revoked_at(&self, now: Timestamp) -> bool {
        let known = self.revocations.iter().filter(|(at, _)| *at <= now);
        // Of equal maxima `max_by_key` returns the last one.
        known.max_by_key(|(at, _)| *at).is_some_and(|(_, revoked)| *revoked)
    }

    /// Returns all the time that the entry bought, without subtracting negative lines.
    pub(super) fn bought(&self) -> Duration {
        self.lines.iter().map(|line| line.length.max(Duration::ZERO)).sum()
    }
}
