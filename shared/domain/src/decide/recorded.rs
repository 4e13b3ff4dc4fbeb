//! The result of recording an event.

use crate::{decide::Outcome, ids::OutboxId, outbox::AnnouncementKind};

/// The result of recording an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// The event was decided, and its changes were committed together with its id.
    Now {
        /// The outcome of the event.
        outcome: Outcome,
        /// The new rows of the outbox, which are to be sent.
        announcements: Vec<NewAnnouncement>,
    },
    /// The event had been recorded before; nothing was changed.
    Before,
}

/// A row of the outbox that wasn't there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewAnnouncement {
    /// The row's id.
    pub id: OutboxId,
    /// The kind of announcement.
    pub kind: AnnouncementKind,
}
