//! Access beyond what is paid, while Stripe is about to charge the renewal.
//!
//! Stripe finalises a renewal's invoice about an hour after its period has begun, and retries a payment that fails for
//! days (<https://docs.stripe.com/billing/invoices/subscription#subscription-lifecycle>). Grace runs beside the
//! timeline: it uses up nothing that waits.

use time::Duration;

use crate::{
    Timestamp,
    champion::{Period, TierLevel},
    stripe::SubscriptionStatus,
};

/// The part of a subscription that its grace depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewing {
    /// The subscription's status at Stripe.
    pub status: SubscriptionStatus,
    /// Whether the collection of the subscription's payments is paused (`pause_collection`).
    pub paused: bool,
    /// When a cancellation takes effect.
    pub cancels_at: Option<Timestamp>,
    /// The end, as Stripe has it, of its last paid period that wasn't revoked, with the tier of the invoice's line that
    /// ends last.
    pub paid: Option<(Timestamp, TierLevel)>,
}

/// Access after a paid period, while the renewal's payment is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// The tier.
    pub tier: TierLevel,
    /// The time from the start of the grace to its end, half-open.
    pub period: Period,
}

impl Grace {
    /// Returns whether the grace runs at this moment.
    #[must_use]
    pub fn runs_at(&self, now: Timestamp) -> bool {
        self.period.start <= now && now < self.period.end
    }
}

/// Returns the grace of a reader with these subscriptions: the one that runs at `now` (of several that of the highest
/// tier), else the next one to come, else the last one before.
#[must_use]
pub fn grace(subscriptions: &[Renewing], length: Duration, now: Timestamp) -> Option<Grace> {
    let all = subscriptions.iter().filter_map(|it| it.grace(length));
    all.max_by_key(|grace| {
        let (running, coming) = (grace.runs_at(now), now < grace.period.start);
        let sooner = now - grace.period.start;
        (running, coming, running.then_some(grace.tier), sooner.min(Duration::ZERO), grace.period.end, grace.tier)
    })
}

impl Renewing {
    /// Returns the grace after the paid period; none if the subscription won't be charged then.
    fn grace(&self, length: Duration) -> Option<Grace> {
        use SubscriptionStatus::{Active, Canceled, Incomplete, IncompleteExpired, PastDue, Paused, Trialing, Unpaid};
        let charged = match self.status {
            Active | Trialing | PastDue => !self.paused,
            Incomplete | IncompleteExpired | Unpaid | Paused | Canceled => false,
        };
        let (end, tier) = self.paid.filter(|_| charged && length > Duration::ZERO)?;
        let ends_with_it = self.cancels_at.is_some_and(|at| at <= end);
        (!ends_with_it).then(|| Grace { tier, period: Period { start: end, end: end.saturating_add(length) } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::DAY;

    fn t(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::hours(hours)
    }

    fn level(level: i64) -> TierLevel {
        TierLevel::new(level).unwrap()
    }

    fn paid_until(end: i64, tier: i64) -> Renewing {
        let paid = Some((t(end), level(tier)));
        Renewing { status: SubscriptionStatus::Active, paused: false, cancels_at: None, paid }
    }

    #[test]
    fn grace_follows_the_paid_period_at_its_tier() {
        let grace = grace(&[paid_until(100, 3)], DAY, t(50)).unwrap();
        assert_eq!((grace.tier, grace.period), (level(3), Period { start: t(100), end: t(124) }));
        assert_eq!([99, 100, 123, 124].map(|at| grace.runs_at(t(at))), [false, true, true, false]);
    }

    #[test]
    fn only_a_subscription_that_is_about_to_be_charged_has_grace() {
        use SubscriptionStatus::{Active, PastDue, Trialing};
        for status in SubscriptionStatus::ALL {
            let has = grace(&[Renewing { status, ..paid_until(100, 3) }], DAY, t(100)).is_some();
            assert_eq!(has, [Active, Trialing, PastDue].contains(&status), "{status:?}");
        }
        assert_eq!(grace(&[Renewing { paused: true, ..paid_until(100, 3) }], DAY, t(100)), None);
        assert_eq!(grace(&[Renewing { paid: None, ..paid_until(100, 3) }], DAY, t(100)), None);
        assert_eq!(grace(&[paid_until(100, 3)], Duration::ZERO, t(100)), None);
    }

    #[test]
    fn a_cancellation_ends_the_grace_only_if_it_takes_effect_before_the_unpaid_period() {
        let cancels_at = |at| grace(&[Renewing { cancels_at: Some(t(at)), ..paid_until(100, 3) }], DAY, t(100));
        assert_eq!((cancels_at(99), cancels_at(100)), (None, None));
        assert!(cancels_at(101).is_some());
    }

    #[test]
    fn of_several_subscriptions_the_highest_tier_in_grace_counts() {
        let both = [paid_until(100, 3), paid_until(110, 2), paid_until(200, 9)];
        let tier = |at| grace(&both, DAY, t(at)).map(|it| it.tier.get());
        assert_eq!([50, 100, 110, 124, 134, 210, 300].map(tier), [3, 3, 3, 2, 9, 9, 9].map(Some));
    }
}
