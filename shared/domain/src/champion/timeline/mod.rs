//! What a reader may read and when: a pure fold of payments into segments.
//!
//! Each payment enters at a moment of its own and adds the length that it bought to the queue of its own tier. The
//! highest tier with something left runs and lower ones wait; within a tier the first in is the first out. A revocation
//! acts at its own time and freezes what hasn't run; undone, the rest goes on from then in its old place. Since every
//! fact acts at its own time, the order in which facts become known plays no part, and what has run never moves.

mod entry;
mod fold;
mod grace;
mod queue;
mod view;

pub use entry::{Entry, EntryKind, Line};
pub use fold::fold;
pub use grace::{Grace, Renewing, grace};

use crate::{
    Timestamp,
    champion::{Period, TierLevel},
    ids::PaymentRecordId,
};

/// A stretch of access, half-open, with the payment that it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The tier that runs.
    pub tier: TierLevel,
    /// The time from its start to its end, half-open.
    pub period: Period,
    /// The payment that bought it.
    pub payment: PaymentRecordId,
}

/// What a reader has at one moment, as far as it is known then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The tier that runs.
    pub tier: TierLevel,
    /// When the run began that is unbroken over tiers.
    pub since: Timestamp,
    /// The end of all bought time.
    pub until: Timestamp,
}

/// What one payment changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// The payment.
    pub payment: PaymentRecordId,
    /// When it entered.
    pub entered_at: Timestamp,
    /// All the time that it bought, whatever became of it.
    pub bought: time::Duration,
    /// The first and the last moment of its segments; none if nothing of it ever runs.
    pub period: Option<Period>,
    /// What the reader had when it entered, without it; also what ended at this very moment.
    pub before: Option<Held>,
    /// What the reader had when it entered, with it.
    pub after: Option<Held>,
}

/// A negative line that found nothing to take: time that the subscription didn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// The payment with the line.
    pub payment: PaymentRecordId,
    /// The line's tier.
    pub tier: TierLevel,
    /// How much was missing.
    pub length: time::Duration,
}

/// Time without a gap, over all tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The time from its start to its end, half-open.
    pub period: Period,
    /// Whether a revocation ended it.
    pub cut: bool,
}

/// The whole access of one reader to one novel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The segments, in order and without overlaps.
    pub segments: Vec<Segment>,
    /// One for each payment that entered, in the order in which they entered; none for what is settled.
    pub grants: Vec<Granted>,
    /// What negative lines didn't find.
    pub dropped: Vec<Dropped>,
    /// Moments at which a revocation stopped what ran.
    cuts: Vec<Timestamp>,
}
