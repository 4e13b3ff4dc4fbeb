//! Which tier runs when, and when its end is announced.

use pledge_domain::{
    champion::{Period, support::TOLD_BY_THEN},
    stripe::SubscriptionStatus::*,
};

use super::{is, month, purchase};
use crate::reader::*;

#[test]
fn an_upgrade_outlives_the_renewal_and_nothing_is_lost() {
    let reader = Reader::new(account()).after(&[month(1), purchase("up", 4, 10 * DAY), month(2)]);
    let upgrade = (4, 10 * DAY, 40 * DAY);
    // After the upgrade, the rest of both months runs.
    assert_eq!(reader.bars(), [(1, 0, 10 * DAY), upgrade, (1, 40 * DAY, 61 * DAY), (1, 61 * DAY, 92 * DAY)]);
    let support = reader.rolled(35 * DAY).support.unwrap();
    assert_eq!((support.tier, support.tier_until), (Some(level(4)), Some(t(40 * DAY))));
    assert_eq!(support.period, Period { start: t(0), end: t(92 * DAY) });
}

#[test]
fn one_dear_month_after_three_cheap_ones_is_one_dear_month() {
    let cheap = ["a", "b", "c"].map(|name| purchase(name, 1, 0));
    let reader = Reader::new(account()).after(&cheap).after(&[purchase("dear", 13, DAY)]);
    let dear: Vec<_> = reader.bars().into_iter().filter(|(tier, ..)| *tier == 13).collect();
    assert_eq!(dear, [(13, DAY, 31 * DAY)]);
    assert_eq!(reader.support.unwrap().period.end, t(120 * DAY));
}

#[test]
fn a_lower_purchase_that_is_paid_late_takes_nothing_away() {
    let events = [purchase("five", 5, 0), purchase("one", 1, DAY)];
    let reader = Reader::new(account()).after(&events);
    assert_eq!(reader.bars(), [(5, 0, 30 * DAY), (1, 30 * DAY, 60 * DAY)]);
}

#[test]
fn a_row_says_when_it_would_differ() {
    let reader = Reader::new(account()).after(&[month(1), is("a", 1, Active, false, MONTH)]);
    let next = |at| reader.clone().rolled(at).support.unwrap().next_change_at;
    let sure = MONTH + DAY + TOLD_BY_THEN.whole_seconds();
    assert_eq!([1, MONTH, MONTH + DAY].map(next), [MONTH, MONTH + DAY, sure].map(|at| Some(t(at))));
    assert_eq!(next(sure), None, "all is over and announced");
}

#[test]
fn an_end_is_announced_once_when_nothing_can_undo_it_any_more() {
    let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]);
    let ended = |reader: &Reader| reader.keys.iter().filter(|key| key.starts_with("champion_ended")).count();
    let sure = 30 * DAY + TOLD_BY_THEN.whole_seconds();
    let early = reader.rolled(sure - 1);
    assert_eq!(ended(&early), 0);
    let told = early.rolled(sure).rolled(sure + DAY);
    assert_eq!(ended(&told), 1);
    assert!(told.keys.contains(&format!("champion_ended:uid:7:{}", t(30 * DAY).unix_timestamp())));
}

#[test]
fn an_end_that_a_late_event_would_have_overtaken_is_still_announced() {
    let sure = 30 * DAY + TOLD_BY_THEN.whole_seconds();
    // Another event is recorded before the roll runs.
    let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]).at(sure + 5).after(&[purchase("b", 2, sure + 5)]);
    assert_eq!(reader.support.as_ref().unwrap().next_change_at, Some(t(sure + 5)), "due at once");
    assert!(reader.rolled(sure + 60).keys.iter().any(|key| key.starts_with("champion_ended")));
}
