//! What time alone changes: the row that everybody else reads, and the ends that are to be announced.

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionChange, announce, change::Change, support::endings, timeline::Timeline},
};

/// Computes everything anew at the account's moment, and announces the ends of runs that are sure by now; none if
/// nothing was ever paid.
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

/// Returns why access ended, in a word: what was to be paid wasn't, the reader had cancelled, or a single purchase is
/// used up.
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
