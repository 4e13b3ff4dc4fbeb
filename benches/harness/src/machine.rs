//! Reads the machine's clock, as no other module of this crate does.

use time::OffsetDateTime;

/// Returns the present time, for signatures and tokens that have to be fresh.
#[allow(clippy::disallowed_methods, reason = "a tool for developers; Stripe's signatures carry the time")]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
