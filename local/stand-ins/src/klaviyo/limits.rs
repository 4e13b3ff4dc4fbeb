//! Klaviyo's fixed-window rate limits. <https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling>

use serde::{Deserialize, Serialize};

/// The greatest numbers of requests in two windows.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// Requests in one second ("burst").
    pub per_second: u32,
    /// Requests in one minute ("steady").
    pub per_minute: u32,
}

impl RateLimits {
    /// The limits of `POST /api/events`.
    pub const CREATE_EVENT: Self = Self { per_second: 350, per_minute: 3500 };
    /// The limits of the jobs that subscribe and unsubscribe.
    pub const SUBSCRIPTION_JOBS: Self = Self { per_second: 75, per_minute: 750 };

    /// Returns the lower of two limits for each window.
    pub(crate) fn at_most(self, other: Self) -> Self {
        Self { per_second: self.per_second.min(other.per_second), per_minute: self.per_minute.min(other.per_minute) }
    }
}

/// The number of requests in the current windows.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    second: (i64, u32),
    minute: (i64, u32),
}

impl Windows {
    /// Counts a request at `now` (in seconds). Returns the wait in seconds if it exceeds a limit.
    pub(crate) fn admit(&mut self, limits: RateLimits, now: i64) -> Result<(), u64> {
        let second = count(&mut self.second, now);
        let minute = count(&mut self.minute, now.div_euclid(60));
        if minute > limits.per_minute {
            return Err(60 - now.rem_euclid(60).unsigned_abs());
        }
        if second > limits.per_second { Err(1) } else { Ok(()) }
    }
}

fn count((window, requests): &mut (i64, u32), now: i64) -> u32 {
    if *window != now {
        (*window, *requests) = (now, 0);
    }
    *requests += 1;
    *requests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_has_its_limit() {
        let limits = RateLimits { per_second: 2, per_minute: 3 };
        let mut windows = Windows::default();
        assert_eq!(windows.admit(limits, 600), Ok(()));
        assert_eq!(windows.admit(limits, 600), Ok(()));
        assert_eq!(windows.admit(limits, 600), Err(1));
        assert_eq!(windows.admit(limits, 610), Err(50), "refused ones count too");
        assert_eq!(windows.admit(limits, 660), Ok(()));
    }
}
