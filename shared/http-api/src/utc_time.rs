//! The form of points in time in responses.

use pledge_domain::Timestamp;
use serde::{Serialize, Serializer, ser::Error};
use time::format_description::well_known::Rfc3339;

/// A point in time, serialized in RFC 3339 form in UTC, such as `2026-01-01T00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtcTime(pub Timestamp);

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.format(&Rfc3339).map_err(S::Error::custom)?.serialize(serializer)
    }
}
