//! The bodies of this function's responses.

use serde::Serialize;

/// The confirmation of an event that was recorded.
#[derive(Debug, Serialize)]
pub struct ReceivedEvent {
    /// Always true.
    pub received: bool,
    /// What the event came to: `applied`, `ignored`, `parked`, `duplicate` if it was recorded before,
    /// or `ping` if it says nothing.
    pub outcome: &'static str,
}
