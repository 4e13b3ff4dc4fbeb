//! The times at which a failed call is tried again.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use tokio::time::Instant;

use crate::error::StripeError;

/// How long and how often a call is tried. The defaults leave a function with a timeout of 15 seconds time for its own
/// work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest time for the whole call, with all tries and the pauses between them.
    pub whole: Duration,
    /// The longest time for one try, from the connection to the end of the answer.
    pub each_try: Duration,
    /// The most tries, the first included.
    pub tries: u32,
    /// The longest pause after the first try. Each further pause is twice as long, and each is shortened by up to half.
    pub first_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            whole: Duration::from_secs(8),
            each_try: Duration::from_secs(4),
            tries: 4,
            first_pause: Duration::from_millis(250),
        }
    }
}

/// The least time that a try must have. A try that would have less isn't begun.
const LEAST_TIME: Duration = Duration::from_millis(100);

/// The schedule of one call's tries.
pub struct Schedule<'a> {
    limits: &'a Limits,
    seed: u64,
    deadline: Instant,
    failed: u32,
}

impl<'a> Schedule<'a> {
    /// Starts a schedule at `now`. `seed` makes the pauses differ from those of other calls.
    pub fn new(limits: &'a Limits, seed: u64, now: Instant) -> Self {
        Self { limits, seed, deadline: now + limits.whole, failed: 0 }
    }

    /// Returns how long a try that begins at `now` may take.
    pub fn time_for_this_try(&self, now: Instant) -> Duration {
        self.limits.each_try.min(self.deadline.saturating_duration_since(now))
    }

    /// Returns when to try again after a failure at `now`; none if the call has finally failed.
    ///
    /// If Stripe sent `Retry-After`, the next try isn't earlier, and there is none if the call's time is over by then.
    pub fn next(&mut self, error: &StripeError, now: Instant) -> Option<Instant> {
        self.failed += 1;
        if self.failed >= self.limits.tries || !error.retryable() {
            return None;
        }
        let next = now + self.pause().max(error.retry_after().unwrap_or_default());
        (next + LEAST_TIME <= self.deadline).then_some(next)
    }

    /// Returns the next pause, which doubles with every failure and is shortened by up to half.
    fn pause(&self) -> Duration {
        let longest = self.limits.first_pause.saturating_mul(1 << (self.failed - 1).min(16));
        let mut hasher = DefaultHasher::new();
        (self.seed, self.failed).hash(&mut hasher);
        let thousandths = u32::try_from(hasher.finish() % 500).unwrap_or_default();
        longest - longest * thousandths / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ApiError, ErrorKind};

    fn failure(status: u16, retry_after: Option<u64>) -> StripeError {
        StripeError::Api(Box::new(ApiError {
            status,
            kind: ErrorKind::Api,
            code: None,
            decline_code: None,
            param: None,
            message: None,
            request_id: None,
            replayed: false,
            should_retry: None,
            retry_after: retry_after.map(Duration::from_secs),
        }))
    }

    fn pauses(seed: u64, limits: &Limits) -> Vec<u128> {
        let start = Instant::now();
        let mut schedule = Schedule::new(limits, seed, start);
        let mut pauses = Vec::new();
        while let Some(next) = schedule.next(&failure(500, None), start) {
            pauses.push((next - start).as_millis());
        }
        pauses
    }

    #[test]
    fn pauses_double_and_differ_between_calls() {
        let limits = Limits::default();
        for seed in 0..100 {
            let pauses = pauses(seed, &limits);
            assert_eq!(pauses.len(), 3);
            for (pause, longest) in pauses.into_iter().zip([250, 500, 1000]) {
                assert!(pause * 2 >= longest && pause <= longest, "{pause} of {longest}");
            }
        }
        assert_eq!(pauses(1, &limits), pauses(1, &limits));
        assert_ne!(pauses(1, &limits), pauses(2, &limits));
    }

    #[test]
    fn stripe_is_not_asked_before_the_time_that_it_named() {
        let (limits, start) = (Limits::default(), Instant::now());
        let mut schedule = Schedule::new(&limits, 0, start);
        assert_eq!(schedule.next(&failure(429, Some(2)), start), Some(start + Duration::from_secs(2)));
        assert_eq!(schedule.next(&failure(429, Some(60)), start), None, "longer than the call may take");
    }

    #[test]
    fn the_last_try_gets_the_time_that_is_left() {
        let (limits, start) = (Limits::default(), Instant::now());
        let mut schedule = Schedule::new(&limits, 0, start);
        assert_eq!(schedule.time_for_this_try(start), Duration::from_secs(4));
        assert_eq!(schedule.time_for_this_try(start + Duration::from_secs(5)), Duration::from_secs(3));
        assert_eq!(schedule.next(&failure(500, None), start + Duration::from_millis(7_990)), None);
    }
}
