//! Revenue by day: each payment is spread over the time that it bought.

use std::collections::BTreeMap;

use time::{Date, Duration, Time, UtcOffset};

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, PaymentKind, PaymentRecord,
        timeline::{Segment, Timeline},
    },
    money::Currency,
};

/// Amounts in minor units, by day in UTC and currency.
pub type Revenue = BTreeMap<(Date, Currency), i64>;

impl ChampionAccount {
    /// Returns the revenue of this reader's support of this novel on each day, also on days to come; days with 0 are left
    /// out.
    ///
    /// A payment is spread evenly over its segments, in whole minor units: all its days add up to exactly what was paid. A
    /// payment without any time counts on the day on which it was paid. A revocation subtracts on its day what had been
    /// spread until then, and adds it again when it is undone. A partial refund subtracts its amount on its day.
    #[must_use]
    pub fn revenue(&self) -> Revenue {
        let (timeline, mut revenue) = (self.timeline(), Revenue::new());
        for payment in self.payments.iter().filter(|payment| payment.kind != PaymentKind::CarriedOver) {
            if let Some(paid_at) = payment.paid_at {
                Spread::of(payment, &timeline, paid_at).add_to(&mut revenue);
            }
        }
        revenue.retain(|_, amount| *amount != 0);
        revenue
    }
}

/// A payment and the time over which it is spread.
struct Spread<'a> {
    payment: &'a PaymentRecord,
    segments: Vec<&'a Segment>,
    paid_at: Timestamp,
    total: Duration,
}

impl<'a> Spread<'a> {
    fn of(payment: &'a PaymentRecord, timeline: &'a Timeline, paid_at: Timestamp) -> Self {
        let segments: Vec<_> = timeline.segments.iter().filter(|it| it.payment == payment.id).collect();
        let ran: Duration = segments.iter().map(|it| it.period.end - it.period.start).sum();
        let bought = timeline.grants.iter().find(|it| it.payment == payment.id).map(|it| it.bought);
        // A revoked payment never runs to its end, so its segments are only a part of the time that it bought.
        let total = if payment.is_revoked() { bought.unwrap_or_default().max(ran) } else { ran };
        Self { payment, segments, paid_at, total }
    }

    /// Returns the amount that was spread before this moment, in minor units.
    fn until(&self, moment: Timestamp) -> i64 {
        let amount = self.payment.amount.amount;
        if self.total <= Duration::ZERO {
            return if self.paid_at <= moment { amount } else { 0 };
        }
        let ran = |it: &&Segment| (it.period.end.min(moment) - it.period.start).max(Duration::ZERO);
        let ran: Duration = self.segments.iter().map(ran).sum();
        let share = i128::from(amount) * ran.whole_nanoseconds() / self.total.whole_nanoseconds();
        i64::try_from(share).unwrap_or(amount)
    }

    fn add_to(&self, revenue: &mut Revenue) {
        let currency = self.payment.amount.currency;
        let mut add = |day: Date, amount: i64| *revenue.entry((day, currency)).or_default() += amount;
        if self.total <= Duration::ZERO {
            add(day(self.paid_at), self.payment.amount.amount);
        }
        let mut days: Vec<Date> = self.segments.iter().flat_map(|it| days(it.period.start, it.period.end)).collect();
        days.sort_unstable();
        days.dedup();
        for day in days {
            let next = day.next_day().map_or(self.payment.amount.amount, |next| self.until(midnight(next)));
            add(day, next - self.until(midnight(day)));
        }
        let mut taken = 0;
        for (at, gone) in self.payment.gone_over_time() {
            let at = at.max(self.paid_at);
            let revoked = gone >= self.payment.amount.amount;
            let takes = if revoked { self.until(at) } else { gone };
            add(day(at), taken - takes);
            taken = takes;
        }
    }
}

fn day(moment: Timestamp) -> Date {
    moment.to_offset(UtcOffset::UTC).date()
}

fn midnight(day: Date) -> Timestamp {
    day.with_time(Time::MIDNIGHT).assume_utc()
}

/// Returns the days in UTC from `start` until before `end`.
fn days(start: Timestamp, end: Timestamp) -> impl Iterator<Item = Date> {
    let last = day(end - Duration::NANOSECOND);
    std::iter::successors(Some(day(start)), |day| day.next_day()).take_while(move |day| *day <= last)
}
