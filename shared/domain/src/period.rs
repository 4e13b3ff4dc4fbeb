//! Spans of time.

use crate::Timestamp;

/// A span of time, from its start up to but not including its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first moment of the period.
    pub start: Timestamp,
    /// The first moment after the period.
    pub end: Timestamp,
}
