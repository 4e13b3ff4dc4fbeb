//! What came of recording an event.

use crate::{decide::Outcome, ids::OutboxId, outbox::AnnouncementKind};

/// What recording an event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// The event was new: it is decided, and its effects are committed together with its id.
    Now {
        /// What became of it.
        outcome: Outcome,
        /// The rows of the outbox that are new and want sending.
        announcements: Vec<NewAnnouncement>,
    },
    /// An earlier delivery has been recorded; nothing was done.
    Before,
}

/// A row of the outbox that wasn't there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewAnnouncement {
    /// The row.
    pub id: OutboxId,
    /// What kind of fact it is.
    pub kind: AnnouncementKind,
}
