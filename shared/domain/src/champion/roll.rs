//! The changes that the passing of time alone causes: to the row that other systems read, and the announcements that access
//! has ended.

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionChange, announce, change::Change, support::endings, timeline::Timeline},
};

/// Computes all rows anew at the account's moment, and announces the ends of runs that became certain since the last time.
/// Returns none if nothing was ever paid: the row is from the system before this one, its time is over, and access ends.
#[must_use]
pub fn roll(account: ChampionAccount) -> Option<ChampionChange> {
    let now = account.moment.now;
    let (timeline, grace) = (account.timeline(), account.grace());
    let announced_until = account.support_of(&timeline)?.ends_announced_until;
    let mut change = Change::of(account);
    for ending in endings(&timeline, grace).filter(|it| announced_until < it.sure_at && it.sure_at <= now) {
        let last = timeline.segments.iter().rfind(|segment| segment.period.end == ending.at);
        let reason = reason(&change.after, &timeline, ending.at);
        let entry = last.and_then(|last| announce::ended(&change.after, last.tier, ending.at, reason));
        change.announce(entry);
    }
    change.after.ends_announced_until = Some(now);
    Some(change.anew())
}

/// Returns the word for why access ended: `unpaid`, `cancelled` or `paused` by the state of the subscription whose payment
/// ran last, `expired` if that was a single purchase.
fn reason(account: &ChampionAccount, timeline: &Timeline, end: Timestamp) -> &'static str {
    let last = timeline.segments.iter().rfind(|segment| segment.period.end == end);
    let payment = last.and_then(|segment| account.payment(segment.payment));
    let id = payment.and_then(|payment| payment.subscription.as_ref());
    match account.subscriptions.iter().find(|it| Some(&it.id) == id) {
        None => "expired",
        Some(subscription) if subscription.cancel_at_period_end => "cancelled",
        Some(subscription) if subscription.collection_paused => "paused",
        Some(_) => "unpaid",
    }
}
