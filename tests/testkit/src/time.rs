//! The time in tests.

use pledge_domain::Timestamp;
use time::Duration;

/// So many seconds after the moment at which the tests begin.
#[must_use]
pub fn t(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::seconds(1_700_000_000 + seconds)
}
