//! Tells the developer how far the start has come.

use std::io::{self, Write};
use std::time::Instant;

/// Prints a line for each part of the cloud that is ready, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    since: Option<Instant>,
}

impl Progress {
    /// Prints to standard output.
    #[must_use]
    pub fn printed() -> Self {
        Self { since: Some(Instant::now()) }
    }

    /// Prints nothing.
    #[must_use]
    pub const fn silent() -> Self {
        Self { since: None }
    }

    /// Says that `part` is ready, at `detail`.
    pub(crate) fn ready(&self, part: &str, detail: &str) {
        if let Some(since) = self.since {
            let seconds = since.elapsed().as_millis() / 100;
            // A closed terminal must not stop the cloud.
            _ = writeln!(io::stdout(), "  ✓ {part:<12} {detail}  ({}.{} s)", seconds / 10, seconds % 10);
        }
    }
}
