//! The bodies of this function's responses.

use serde::Serialize;

/// The confirmation of an event that was recorded.
#[derive(Debug, Serialize)]
pub struct ReceivedEvent {
    /// Always true.
    pub received: bool,
    /// The outcome of the event: `applied`, `ignored`, `parked` for an operator, `duplicate` if it was recorded before, or
    /// `ping` if it is only a test of the endpoint.
    pub outcome: &'static str,
}
