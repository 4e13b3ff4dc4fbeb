//! Billing periods: calendar months and years count from the anchor, so that a subscription of
//! January 31st renews on February 28th and on March 31st.

use serde_json::Value;
use time::{Date, Duration, OffsetDateTime};

use crate::stripe::objects::Fields;

/// The length of a period.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Interval {
    unit: Unit,
    count: i32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Days(i32),
    Months(i32),
}

impl Interval {
    /// Returns the interval of a recurring price.
    pub(super) fn of(price: &Value) -> Self {
        let recurring = price.get("recurring").cloned().unwrap_or_default();
        let count = i32::try_from(recurring.int("interval_count")).unwrap_or(1).max(1);
        let unit = match recurring.text("interval") {
            "day" => Unit::Days(1),
            "week" => Unit::Days(7),
            "year" => Unit::Months(12),
            _ => Unit::Months(1),
        };
        Self { unit, count }
    }

    /// Returns the end of the period that begins at `start`, for periods that count from `anchor`.
    pub(super) fn end(self, anchor: i64, start: i64) -> i64 {
        (1..10_000).map(|steps| self.step(anchor, steps)).find(|end| *end > start).unwrap_or(start)
    }

    fn step(self, anchor: i64, steps: i32) -> i64 {
        let Ok(from) = OffsetDateTime::from_unix_timestamp(anchor) else { return anchor };
        let to = match self.unit {
            Unit::Days(days) => from + Duration::days(i64::from(days * self.count * steps)),
            Unit::Months(months) => match add_months(from.date(), months * self.count * steps) {
                Some(date) => from.replace_date(date),
                None => from,
            },
        };
        to.unix_timestamp()
    }
}

fn add_months(date: Date, months: i32) -> Option<Date> {
    let index = date.year() * 12 + i32::from(u8::from(date.month())) - 1 + months;
    let month = time::Month::try_from(u8::try_from(index.rem_euclid(12) + 1).ok()?).ok()?;
    let year = index.div_euclid(12);
    Date::from_calendar_date(year, month, date.day().min(month.length(year))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::macros::datetime;

    #[test]
    fn months_count_from_the_anchor() {
        let price = json!({ "recurring": { "interval": "month", "interval_count": 1 } });
        let interval = Interval::of(&price);
        let anchor = datetime!(2026-01-31 10:00 UTC).unix_timestamp();
        let mut start = anchor;
        let ends: Vec<_> = (0..3)
            .map(|_| {
                start = interval.end(anchor, start);
                OffsetDateTime::from_unix_timestamp(start).unwrap()
            })
            .collect();
        let expected =
            [datetime!(2026-02-28 10:00 UTC), datetime!(2026-03-31 10:00 UTC), datetime!(2026-04-30 10:00 UTC)];
        assert_eq!(ends, expected);
    }

    #[test]
    fn weeks_are_seven_days() {
        let price = json!({ "recurring": { "interval": "week", "interval_count": 2 } });
        assert_eq!(Interval::of(&price).end(0, 0), 14 * 24 * 60 * 60);
    }
}
