//! The one look at the machine: its clock.

use time::OffsetDateTime;

/// The time of day, for signatures and tokens that have to be fresh.
#[allow(clippy::disallowed_methods, reason = "a tool for developers; Stripe's signatures carry the time")]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
