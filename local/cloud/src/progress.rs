//! Progress of the start, for the developer.

use std::io::{self, Write};
use std::time::Instant;

/// Prints a line for each part of the cloud that is ready, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    since: Option<Instant>,
}

impl Progress {
    /// Returns a progress that prints to standard output.
    #[must_use]
    pub fn printed() -> Self {
        Self { since: Some(Instant::now()) }
    }

    /// Returns a progress that prints nothing.
    #[must_use]
    pub const fn silent() -> Self {
        Self { since: None }
    }

    /// Reports that `part` is ready, at `detail`.
    pub(crate) fn ready(&self, part: &str, detail: &str) {
        if let Some(since) = self.since {
            let seconds = since.elapsed().as_millis() / 100;
            // A closed terminal must not stop the cloud.
            _ = writeln!(io::stdout(), "  ✓ {part:<12} {detail}  ({}.{} s)", seconds / 10, seconds % 10);
        }
    }
}
