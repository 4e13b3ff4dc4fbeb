//! The row that other systems read of a reader's support: one for each reader and novel.

use time::Duration;

use crate::{
    Timestamp,
    champion::{
        ChampionAccount, Moment, PaymentKind, PaymentMethod, Period, Subscription, TierLevel,
        timeline::{Grace, Renewing, Run, Timeline, grace},
    },
    ids::{CustomerId, SubscriptionId},
};

/// The time between the end of a run, its grace included, and the announcement of that end. A payment that prolongs the run
/// may arrive late, since Stripe repeats deliveries for three days (<https://docs.stripe.com/webhooks#retries>).
pub const TOLD_BY_THEN: Duration = Duration::days(3);

/// The row about a reader's support of a novel that other systems read; it exists from the first payment on. It is valid
/// from the moment for which it was computed until `next_change_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// The tier that runs, without grace; none while nothing runs.
    pub tier: Option<TierLevel>,
    /// When the tier changes or ends.
    pub tier_until: Option<Timestamp>,
    /// The time from the start of the running unbroken access over all tiers, or else of the last one, to the end of all
    /// bought time; empty if everything was refunded.
    pub period: Period,
    /// The access beyond what is paid, also if it is still to come.
    pub grace: Option<Grace>,
    /// Whether there is access, grace included.
    pub is_active: bool,
    /// Whether a subscription will charge the reader again.
    pub auto_renew: bool,
    /// Whether a live subscription is cancelled and going to end.
    pub cancel_at_period_end: bool,
    /// The current subscription: the live one, else the one that was paid last.
    pub subscription: Option<SubscriptionId>,
    /// The Stripe customer who pays.
    pub customer: Option<CustomerId>,
    /// The provider through whom the newest payment was made.
    pub method: PaymentMethod,
    /// The next moment at which a value of this row changes.
    pub next_change_at: Option<Timestamp>,
    /// The time up to which ends of runs are announced.
    pub ends_announced_until: Timestamp,
}

impl Support {
    /// Returns the tier up to which the reader may read at `now`, the moment for which this was computed; grace is
    /// included.
    #[must_use]
    pub fn readable(&self, now: Timestamp) -> Option<TierLevel> {
        self.tier.max(self.grace.filter(|grace| grace.runs_at(now)).map(|grace| grace.tier))
    }
}

/// The end of an unbroken run of access, and when it may be announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunEnd {
    /// The end of the run, without grace.
    pub(super) at: Timestamp,
    /// When the end is certain: no payment that prolongs the run can arrive any more.
    pub(super) sure_at: Timestamp,
}

impl ChampionAccount {
    /// Computes the support at the account's moment; none until something is paid.
    #[must_use]
    pub fn support(&self) -> Option<Support> {
        self.support_of(&self.timeline())
    }

    pub(super) fn support_of(&self, timeline: &Timeline) -> Option<Support> {
        let Moment { now, .. } = self.moment;
        let newest = self
            .payments
            .iter()
            .filter_map(|payment| Some((payment, payment.paid_at?)))
            // Goodwill says nothing about how the reader pays.
            .max_by_key(|(payment, paid_at)| (payment.kind != PaymentKind::Goodwill, *paid_at, payment.id))?;
        let (newest, paid_at) = newest;
        let subscription = self.current_subscription();
        let start = timeline.run_at(now).map_or(paid_at, |run| run.period.start);
        let running = timeline.at(now);
        let grace = self.grace();
        let ends_announced_until = self.ends_announced_until.unwrap_or(now);
        Some(Support {
            tier: running.map(|segment| segment.tier),
            tier_until: timeline.tier_until(now),
            period: Period { start, end: timeline.end().unwrap_or(start).max(start) },
            grace,
            is_active: running.is_some() || grace.is_some_and(|grace| grace.runs_at(now)),
            auto_renew: subscription.is_some_and(Subscription::renews),
            cancel_at_period_end: subscription.is_some_and(|it| it.status.is_live() && it.cancel_at_period_end),
            subscription: subscription.map(|it| it.id.clone()),
            customer: subscription.and_then(|it| it.customer.clone()).or_else(|| newest.customer.clone()),
            method: newest.method.clone(),
            next_change_at: next_change(timeline, grace, ends_announced_until, now),
            ends_announced_until,
        })
    }

    /// Returns the tier up to which the reader may read at the account's moment; grace is included.
    #[must_use]
    pub fn readable(&self) -> Option<TierLevel> {
        self.support()?.readable(self.moment.now)
    }

    /// Returns the reader's grace: the one that runs, or the one to come.
    #[must_use]
    pub fn grace(&self) -> Option<Grace> {
        let renewing: Vec<_> = self.subscriptions.iter().filter(|it| it.started).map(|it| self.renewing(it)).collect();
        grace(&renewing, self.moment.renewal_grace, self.moment.now)
    }

    fn renewing(&self, subscription: &Subscription) -> Renewing {
        let paid = self.paid_until(subscription);
        // A cancelled subscription whose end isn't known counts as ending with what is paid.
        let unknown = paid.map(|(end, _)| end).filter(|_| subscription.cancel_at_period_end);
        Renewing {
            status: subscription.status,
            paused: subscription.collection_paused,
            cancels_at: subscription.cancels_at().or(unknown),
            paid,
        }
    }

    /// Returns the end, as Stripe has it, of the subscription's last paid period that wasn't revoked, and the tier of the
    /// invoice's line that ends last.
    #[must_use]
    pub fn paid_until(&self, subscription: &Subscription) -> Option<(Timestamp, TierLevel)> {
        let theirs = self.payments_of(&subscription.id).filter(|it| it.paid_at.is_some() && !it.is_revoked());
        let reaches = theirs.filter_map(|payment| Some((payment, payment.paid_period()?)));
        let last = reaches.max_by_key(|(payment, (end, _))| (*end, payment.enters_at(), payment.id));
        last.map(|(_, paid)| paid)
    }
}

/// Returns the ends of runs, each with the time from which it may be announced: [`TOLD_BY_THEN`] after the run and its
/// grace are over. Runs that a revocation ended are left out, since the refund or dispute is announced.
pub(super) fn endings(timeline: &Timeline, grace: Option<Grace>) -> impl Iterator<Item = RunEnd> {
    let ends = timeline.runs().into_iter().filter(|run| !run.cut).map(|Run { period, .. }| period.end);
    ends.map(move |at| {
        let over = grace.filter(|grace| grace.runs_at(at)).map_or(at, |grace| grace.period.end);
        RunEnd { at, sure_at: over.saturating_add(TOLD_BY_THEN) }
    })
}

/// Returns the next moment at which the row changes: access or grace begins or ends, or an end is to be announced; `now` if
/// such an announcement is overdue.
fn next_change(timeline: &Timeline, grace: Option<Grace>, announced: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let bounds = grace.into_iter().flat_map(|grace| [grace.period.start, grace.period.end]);
    let changes = bounds.chain(timeline.next_change(now)).filter(|at| now < *at);
    let sure = endings(timeline, grace).map(|ending| ending.sure_at).filter(|at| announced < *at);
    changes.chain(sure.map(|at| at.max(now))).min()
}
