//! Retention: the times for which rows are kept that aren't needed any more.

use std::ops::AddAssign;

use time::Duration;

use crate::Timestamp;

/// The time for which rows of each kind are kept; none means for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// The time for which unpaid preorders are kept after their form and after the end of their Checkout session.
    pub unpaid_preorders: Option<Duration>,
    /// The time for which the payloads of announcements are kept that were sent or superseded.
    pub sent_payloads: Option<Duration>,
    /// The time for which the payloads of parked announcements are kept.
    pub parked_payloads: Option<Duration>,
    /// The time for which Stripe's events are kept, except parked ones.
    pub events: Option<Duration>,
}

/// The times before which rows of each kind are cleared out; none means that nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cutoffs {
    /// The cutoff for unpaid preorders, by when they were made and when their Checkout session expired.
    pub unpaid_preorders: Option<Timestamp>,
    /// The cutoff for payloads of sent or superseded announcements, by when they were sent or superseded.
    pub sent_payloads: Option<Timestamp>,
    /// The cutoff for payloads of parked announcements, by when they were parked.
    pub parked_payloads: Option<Timestamp>,
    /// The cutoff for events, by when they were recorded.
    pub events: Option<Timestamp>,
}

impl Retention {
    /// The least time for which rows must be kept, since Stripe lists events for so long
    /// (<https://docs.stripe.com/api/events>).
    pub const LEAST: Duration = Duration::days(30);

    /// The least time for which an unpaid preorder must be kept, since it can still be paid: the link of an expired session
    /// works for 30 days (<https://docs.stripe.com/payments/checkout/abandoned-carts>), and the session that it opens is open
    /// for one more.
    pub const LEAST_UNPAID: Duration = Duration::days(31);

    /// Returns the cutoffs at `now`; none if everything is kept for ever.
    #[must_use]
    pub fn cutoffs(&self, now: Timestamp) -> Option<Cutoffs> {
        let before = |kept: Option<Duration>| kept.map(|kept| now - kept.max(Self::LEAST));
        let cutoffs = Cutoffs {
            unpaid_preorders: self.unpaid_preorders.map(|kept| now - kept.max(Self::LEAST_UNPAID)),
            sent_payloads: before(self.sent_payloads),
            parked_payloads: before(self.parked_payloads),
            events: before(self.events),
        };
        (cutoffs != Cutoffs::default()).then_some(cutoffs)
    }
}

/// The numbers of rows that were cleared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cleared {
    /// The number of unpaid preorders that were deleted.
    pub unpaid_preorders: u64,
    /// The number of sent or superseded announcements whose payloads were emptied.
    pub sent_payloads: u64,
    /// The number of parked announcements whose payloads were emptied.
    pub parked_payloads: u64,
    /// The number of Stripe's events that were deleted.
    pub events: u64,
}

impl Cleared {
    /// Returns the number of each kind, with the kind's name.
    #[must_use]
    pub fn kinds(&self) -> [(&'static str, u64); 4] {
        [
            ("unpaid_preorders", self.unpaid_preorders),
            ("sent_payloads", self.sent_payloads),
            ("parked_payloads", self.parked_payloads),
            ("stripe_events", self.events),
        ]
    }

    /// Returns the number of all kinds together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.kinds().iter().map(|(_, rows)| rows).sum()
    }
}

impl AddAssign for Cleared {
    fn add_assign(&mut self, more: Self) {
        self.unpaid_preorders += more.unpaid_preorders;
        self.sent_payloads += more.sent_payloads;
        self.parked_payloads += more.parked_payloads;
        self.events += more.events;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_unless_it_is_said() {
        assert_eq!(Retention::default().cutoffs(Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn a_preorder_is_kept_while_the_link_of_its_expired_page_works_and_the_page_that_it_opens() {
        let retention = Retention { unpaid_preorders: Some(Retention::LEAST), ..Retention::default() };
        let now = Timestamp::UNIX_EPOCH + Duration::days(100);
        assert_eq!(retention.cutoffs(now).unwrap().unpaid_preorders, Some(now - Duration::days(31)));
        let retention = Retention { unpaid_preorders: Some(Duration::days(60)), ..retention };
        assert_eq!(retention.cutoffs(now).unwrap().unpaid_preorders, Some(now - Duration::days(60)));
    }

    #[test]
    fn nothing_goes_that_stripe_may_still_speak_of() {
        let retention = Retention { events: Some(Duration::days(1)), ..Retention::default() };
        let now = Timestamp::UNIX_EPOCH + Duration::days(100);
        let cutoffs = retention.cutoffs(now).unwrap();
        assert_eq!(cutoffs.events, Some(now - Duration::days(30)));
        assert_eq!(cutoffs.sent_payloads, None);
    }
}
