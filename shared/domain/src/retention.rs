//! How long is kept what isn't needed any more.

use std::ops::AddAssign;

use time::Duration;

use crate::Timestamp;

/// For how long what is kept; none: for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Preorders that nobody paid.
    pub unpaid_preorders: Option<Duration>,
    /// What announcements say that were sent, or left out.
    pub sent_payloads: Option<Duration>,
    /// What announcements say that Klaviyo refused for good and nobody has corrected.
    pub parked_payloads: Option<Duration>,
    /// Stripe's events, but for those that wait for a person.
    pub events: Option<Duration>,
}

/// Before when what goes; none: nothing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cutoffs {
    /// Unpaid preorders that were made before.
    pub unpaid_preorders: Option<Timestamp>,
    /// What announcements say that were sent or left out before.
    pub sent_payloads: Option<Timestamp>,
    /// What announcements say that were refused before.
    pub parked_payloads: Option<Timestamp>,
    /// Events that were recorded before.
    pub events: Option<Timestamp>,
}

impl Retention {
    /// The least that may be kept: Stripe repeats and lists events for so long.
    pub const LEAST: Duration = Duration::days(30);

    /// Returns before when what goes, if now is this; none if everything is kept for ever.
    #[must_use]
    pub fn cutoffs(&self, now: Timestamp) -> Option<Cutoffs> {
        let before = |kept: Option<Duration>| kept.map(|kept| now - kept.max(Self::LEAST));
        let cutoffs = Cutoffs {
            unpaid_preorders: before(self.unpaid_preorders),
            sent_payloads: before(self.sent_payloads),
            parked_payloads: before(self.parked_payloads),
            events: before(self.events),
        };
        (cutoffs != Cutoffs::default()).then_some(cutoffs)
    }
}

/// How much was cleared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cleared {
    /// Unpaid preorders.
    pub unpaid_preorders: u64,
    /// Announcements that were sent or left out, of what they say.
    pub sent_payloads: u64,
    /// Announcements that were refused, of what they say.
    pub parked_payloads: u64,
    /// Stripe's events.
    pub events: u64,
}

impl Cleared {
    /// Returns how much of each kind, by the name of the kind.
    #[must_use]
    pub fn kinds(&self) -> [(&'static str, u64); 4] {
        [
            ("unpaid_preorders", self.unpaid_preorders),
            ("sent_payloads", self.sent_payloads),
            ("parked_payloads", self.parked_payloads),
            ("stripe_events", self.events),
        ]
    }

    /// Returns how much of all kinds.
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
    fn nothing_goes_that_stripe_may_still_speak_of() {
        let retention = Retention { events: Some(Duration::days(1)), ..Retention::default() };
        let now = Timestamp::UNIX_EPOCH + Duration::days(100);
        let cutoffs = retention.cutoffs(now).unwrap();
        assert_eq!(cutoffs.events, Some(now - Duration::days(30)));
        assert_eq!(cutoffs.sent_payloads, None);
    }
}
