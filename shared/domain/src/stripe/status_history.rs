//! The history of a refund's or a dispute's statuses.

use std::collections::BTreeSet;

use crate::Timestamp;

/// Every status that an event gave to a refund or a dispute, with the event's time.
///
/// Statuses of one moment are ordered by their rank, which is the order of their type. Since it is a set, the order in
/// which events arrive doesn't matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusHistory<Status>(BTreeSet<(Timestamp, Status)>);

impl<Status: Ord> StatusHistory<Status> {
    /// Returns the history of these statuses.
    pub fn new(told: impl IntoIterator<Item = (Timestamp, Status)>) -> Self {
        Self(told.into_iter().collect())
    }

    /// Adds the status of another event.
    pub fn add(&mut self, at: Timestamp, status: Status) {
        self.0.insert((at, status));
    }

    /// Returns every status with its event's time, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &(Timestamp, Status)> {
        self.0.iter()
    }

    /// Returns the newest status; none if there is none.
    #[must_use]
    pub fn newest(&self) -> Option<&Status> {
        self.0.last().map(|(_, status)| status)
    }

    /// Returns the status at a moment, which is the newest one until then; none before the first.
    #[must_use]
    pub fn at(&self, moment: Timestamp) -> Option<&Status> {
        self.iter().rfind(|(at, _)| *at <= moment).map(|(_, status)| status)
    }

    /// Returns the oldest status with its event's time.
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
