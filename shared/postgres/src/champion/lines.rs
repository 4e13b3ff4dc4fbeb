//! The column `lines` of `payment_record`: the lines of an invoice that are ours.

use pledge_domain::{
    Timestamp,
    champion::{LineKind, PaidLine, Period, TierLevel},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Failure;

#[derive(Serialize, Deserialize)]
struct Line {
    tier_level: i64,
    #[serde(with = "time::serde::rfc3339")]
    start: Timestamp,
    #[serde(with = "time::serde::rfc3339")]
    end: Timestamp,
    kind: String,
}

/// Returns the lines in the column.
pub(super) fn read(column: Option<Value>) -> Result<Option<Vec<PaidLine>>, Failure> {
    let Some(column) = column else { return Ok(None) };
    let lines: Vec<Line> = serde_json::from_value(column).map_err(|_| Failure::Corrupt("lines"))?;
    let line = |line: &Line| {
        let (start, end) = (line.start, line.end);
        let (tier, kind) = (TierLevel::new(line.tier_level).ok()?, LineKind::parse(&line.kind)?);
        Some(PaidLine { tier, period: Period { start, end }, kind })
    };
    lines.iter().map(line).collect::<Option<_>>().map(Some).ok_or(Failure::Corrupt("lines"))
}

/// Returns the lines as the column's JSON.
pub(super) fn write(lines: &[PaidLine]) -> String {
    let line = |it: &PaidLine| Line {
        tier_level: it.tier.get().into(),
        start: it.period.start,
        end: it.period.end,
        kind: it.kind.name().to_owned(),
    };
    serde_json::to_string(&lines.iter().map(line).collect::<Vec<_>>()).unwrap_or_default()
}
