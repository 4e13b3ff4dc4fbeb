//! Every status that something had, and since when.

use std::collections::BTreeSet;

use crate::Timestamp;

/// Every status of a refund or a dispute that an event told, with the event's time.
///
/// Statuses of one moment are ordered by their rank, which is the order of their type. Since it is a set, the order in
/// which events arrive plays no part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusHistory<Status>(BTreeSet<(Timestamp, Status)>);

impl<Status: Ord> StatusHistory<Status> {
    /// Returns the history of these statuses.
    pub fn new(told: impl IntoIterator<Item = (Timestamp, Status)>) -> Self {
        Self(told.into_iter().collect())
    }

    /// Adds what another event told.
    pub fn add(&mut self, at: Timestamp, status: Status) {
        self.0.insert((at, status));
    }

    /// Returns every status and when an event told it, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &(Timestamp, Status)> {
        self.0.iter()
    }

    /// Returns what is: the newest status.
    #[must_use]
    pub fn newest(&self) -> Option<&Status> {
        self.0.last().map(|(_, status)| status)
    }

    /// Returns what was at a moment: the newest status until then.
    #[must_use]
    pub fn at(&self, moment: Timestamp) -> Option<&Status> {
        self.iter().rfind(|(at, _)| *at <= moment).map(|(_, status)| status)
    }

    /// Returns the oldest status and when an event told it.
    #[must_use]
    pub fn first(&self) -> Option<&(Timestamp, Status)> {
        self.0.first()
    }
}

impl<Status> Default for StatusHistory<Status> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}
