//! At which tier a reader has access, and when: a pure fold of payments into segments.
//!
//! Each payment enters at a moment of its own and adds the length that it bought to the queue of its own tier. The highest
//! tier with something left runs and lower ones wait; within a tier the first in is the first out. A revocation acts at its
//! own time: it freezes what hasn't run yet, and gives back what the payment's credits took from other payments. When it is
//! undone, the rest goes on from then in its old place, and the credits take again. Since every fact acts at its own time,
//! the order in which facts become known doesn't matter, and the access that has run never changes.

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

/// A stretch of access at one tier, bought by one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The tier that runs.
    pub tier: TierLevel,
    /// The time from the start of the segment to its end, half-open.
    pub period: Period,
    /// The payment that bought the segment.
    pub payment: PaymentRecordId,
}

/// A reader's access at one moment, by the payments that entered until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The tier that runs.
    pub tier: TierLevel,
    /// When the unbroken run over all tiers began.
    pub since: Timestamp,
    /// The end of all bought time.
    pub until: Timestamp,
}

/// The effect of one payment that entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// The payment.
    pub payment: PaymentRecordId,
    /// When the payment entered the timeline.
    pub entered_at: Timestamp,
    /// All the time that the payment bought, also if it was revoked later.
    pub bought: time::Duration,
    /// The time from the first to the last moment of the payment's segments; none if it has no segments.
    pub period: Option<Period>,
    /// The reader's access when the payment entered, without the payment; also access that ended at exactly that moment.
    pub before: Option<Held>,
    /// The reader's access when the payment entered, with the payment.
    pub after: Option<Held>,
}

/// A negative line, or a part of one, that was dropped because the subscription had no time left to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// The payment with the line.
    pub payment: PaymentRecordId,
    /// The line's tier.
    pub tier: TierLevel,
    /// The length that wasn't taken.
    pub length: time::Duration,
}

/// Access without a gap, over all tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The time from the start of the run to its end, half-open.
    pub period: Period,
    /// Whether a revocation, or the undoing of one, ended the run.
    pub cut: bool,
}

/// The whole access of one reader to one novel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The segments, in order and without overlaps.
    pub segments: Vec<Segment>,
    /// The effect of each payment that entered, in the order of entering. Settled payments have none.
    pub grants: Vec<Granted>,
    /// The parts of negative lines that were dropped.
    pub dropped: Vec<Dropped>,
    /// The moments at which a revocation, or the undoing of one, ended all access.
    cuts: Vec<Timestamp>,
}
