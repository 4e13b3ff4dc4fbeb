//! A subscription's cancellation, as Stripe stores it.

use crate::Timestamp;

/// A subscription's cancellation, as Stripe stores it: as a flag, as a date, or as both; neither if it isn't cancelled.
///
/// A date alone comes from whoever chose one in the dashboard, and from the billing portal if the subscription has the
/// billing mode `flexible` (<https://docs.stripe.com/billing/subscriptions/billing-mode/compare>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cancellation {
    /// Whether the subscription ends with its running period (`cancel_at_period_end`).
    pub at_period_end: bool,
    /// When the subscription ends (`cancel_at`). It may be after many more periods, each of which is charged.
    pub at: Option<Timestamp>,
}

impl Cancellation {
    /// Returns whether the subscription ends no later than its running period, at `period_end`, and so isn't charged again.
    #[must_use]
    pub fn ends_by(self, period_end: Option<Timestamp>) -> bool {
        self.at_period_end || self.at.is_some_and(|at| period_end.is_none_or(|end| at <= end))
    }

    /// Returns whether the cancellation is a date without the flag.
    #[must_use]
    pub fn is_date_alone(self) -> bool {
        !self.at_period_end && self.at.is_some()
    }

    /// Returns when the subscription's running period ends: at `period_end`, or earlier if the subscription does.
    #[must_use]
    pub fn running_period_end(self, period_end: Option<Timestamp>) -> Option<Timestamp> {
        self.at.filter(|at| period_end.is_none_or(|end| *at <= end)).or(period_end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(day: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + time::Duration::days(day)
    }

    #[test]
    fn only_what_ends_a_subscription_by_the_end_of_its_period_cancels_it() {
        let of = |at_period_end, at: Option<i64>| {
            let cancellation = Cancellation { at_period_end, at: at.map(t) };
            (cancellation.ends_by(Some(t(30))), cancellation.running_period_end(Some(t(30))))
        };
        assert_eq!(of(false, None), (false, Some(t(30))));
        assert_eq!(of(true, None), (true, Some(t(30))));
        assert_eq!(of(true, Some(30)), (true, Some(t(30))));
        assert_eq!(of(false, Some(30)), (true, Some(t(30))));
        assert_eq!(of(false, Some(29)), (true, Some(t(29))));
        assert_eq!(of(false, Some(31)), (false, Some(t(30))), "it renews until then");
        let unknown_period = Cancellation { at_period_end: false, at: Some(t(31)) };
        assert_eq!((unknown_period.ends_by(None), unknown_period.running_period_end(None)), (true, Some(t(31))));
    }
}
