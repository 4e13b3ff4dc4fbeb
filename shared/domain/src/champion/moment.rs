//! The moment for which everything that depends on the clock is computed.

use time::Duration;

use crate::Timestamp;

/// How long access goes on after a paid period while its renewal is about to be charged, unless `RENEWAL_GRACE` is set.
pub const DEFAULT_RENEWAL_GRACE: Duration = Duration::hours(24);

/// The moment for which everything that depends on the clock is computed, and the rules that are configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time.
    pub now: Timestamp,
    /// How long access goes on after a paid period while its renewal is about to be charged.
    pub renewal_grace: Duration,
}

impl Moment {
    /// Returns the moment at this time, with [`DEFAULT_RENEWAL_GRACE`].
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { now, renewal_grace: DEFAULT_RENEWAL_GRACE }
    }
}
