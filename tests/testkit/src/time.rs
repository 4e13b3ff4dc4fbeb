//! Time in tests.

use pledge_domain::Timestamp;
use time::Duration;

/// Returns the moment that is so many seconds after the start of all tests' time.
#[must_use]
pub fn t(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::seconds(1_700_000_000 + seconds)
}
