//! The bodies of this function's responses.

use serde::Serialize;

/// The confirmation of an event that was recorded.
#[derive(Debug, Serialize)]
pub struct ReceivedEvent {
    /// Always true.
    pub received: bool,
    /// What became of the event: `applied`, `ignored`, `parked` for an operator, `duplicate` if it was recorded before,
    /// or `ping` if it only tries the endpoint out.
    pub outcome: &'static str,
}
