//! The clock of a stand-in, which follows real time unless it is moved or stopped.
//!
//! Only this module of the crate reads the machine's clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock shared by everything in one stand-in. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The time at which the clock stands, in milliseconds since the epoch; none if it runs.
    stopped_at: Option<i64>,
    /// How far the clock is ahead of the machine's.
    offset: i64,
}

impl Clock {
    /// Returns a clock that follows the machine's.
    #[must_use]
    pub fn real() -> Self {
        Self::default()
    }

    /// Returns a clock that stands at `unix_seconds` until it is advanced.
    #[must_use]
    pub fn stopped(unix_seconds: i64) -> Self {
        let clock = Self::default();
        clock.lock().stopped_at = Some(unix_seconds * 1000);
        clock
    }

    /// Returns a clock that runs and is this far behind the machine's.
    #[must_use]
    pub fn behind(by: Duration) -> Self {
        let clock = Self::default();
        clock.lock().offset = -i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        clock
    }

    /// Returns the time on this clock, in seconds since the epoch.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }

    /// Returns the time on this clock, in milliseconds since the epoch.
    #[must_use]
    pub fn now_millis(&self) -> i64 {
        let state = self.lock();
        state.stopped_at.unwrap_or_else(|| machine_millis() + state.offset)
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let mut state = self.lock();
        match &mut state.stopped_at {
            Some(at) => *at = at.saturating_add(millis),
            None => state.offset = state.offset.saturating_add(millis),
        }
    }

    /// Sets the clock back to the machine's time.
    pub fn reset(&self) {
        *self.lock() = State::default();
    }

    /// Returns the time on the machine's clock, in seconds since the epoch. Webhook signatures carry it, since their
    /// receivers compare it with their own clock.
    #[must_use]
    pub fn machine_now() -> i64 {
        machine_millis().div_euclid(1000)
    }

    /// Returns the time on the machine's clock, in milliseconds since the epoch.
    pub(crate) fn machine_millis() -> u64 {
        machine_millis().unsigned_abs()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[allow(clippy::disallowed_methods, reason = "the stand-ins' only look at the machine's clock")]
fn machine_millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_when_told() {
        let clock = Clock::stopped(1_000);
        assert_eq!(clock.now(), 1_000);
        let same = clock.clone();
        same.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), 1_060);
    }

    #[test]
    fn a_clock_that_is_behind_can_be_moved_up() {
        let clock = Clock::behind(Duration::from_secs(86_400));
        assert!(clock.now() <= Clock::machine_now() - 86_400);
        clock.advance(Duration::from_secs(86_400));
        assert!(clock.now() >= Clock::machine_now() - 1);
    }

    #[test]
    fn a_real_clock_can_be_ahead_and_come_back() {
        let clock = Clock::real();
        clock.advance(Duration::from_secs(86_400));
        assert!(clock.now() >= Clock::machine_now() + 86_399);
        clock.reset();
        assert!(clock.now() <= Clock::machine_now());
    }
}
