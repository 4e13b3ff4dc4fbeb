//! Revenue by day.

use pledge_domain::stripe::{BillingReason::*, InvoiceFact, RefundStatus};

use super::{month, paid, purchase};
use crate::reader::*;

/// Returns the revenue of each day in cents, without the days that have none.
fn revenue(reader: &Reader) -> Vec<i64> {
    reader.account.revenue().into_values().collect()
}

#[test]
fn revenue_is_spread_over_the_time_that_was_bought_and_adds_up_to_the_cent() {
    let reader = Reader::new(account()).after(&[month(1), purchase("up", 4, 10 * DAY), month(2)]);
    let days = revenue(&reader);
    assert_eq!(days.iter().sum::<i64>(), 500 + 2_000 + 500);
    assert_eq!(days.len(), 93, "92 days that begin in the evening");
    assert!(days.iter().all(|cents| (1..=67).contains(cents)), "{days:?}");
}

#[test]
fn what_buys_no_time_counts_on_the_day_on_which_it_was_paid() {
    let change = InvoiceFact { period: None, ..invoice("2", SubscriptionUpdate, 5, DAY) };
    assert_eq!(revenue(&Reader::new(account()).after(&[paid("2", change)])), [2_500]);
}

#[test]
fn what_went_back_leaves_nothing_and_is_taken_back_on_its_day() {
    let events = [purchase("a", 2, 0), event("r", 10 * DAY, refund("a", 1000))];
    let reader = Reader::new(account()).after(&events);
    let days = reader.account.revenue();
    assert_eq!(days.values().sum::<i64>(), 0);
    assert_eq!(days.keys().map(|(day, _)| *day).max(), Some(t(10 * DAY).date()));
    assert!(days.values().rev().skip(1).all(|cents| *cents > 0), "the days before stay as they were: {days:?}");
}

#[test]
fn a_part_that_went_back_is_its_own_amount_on_its_day() {
    let day =
        |reader: &Reader, at| reader.account.revenue().get(&(t(at).date(), usd(0).currency)).copied().unwrap_or(0);
    let kept = Reader::new(account()).after(&[purchase("a", 2, 0)]);
    let partly = kept.clone().after(&[event("r", 10 * DAY, refund("a", 300))]);
    assert_eq!(partly.bars(), kept.bars());
    assert_eq!(revenue(&partly).iter().sum::<i64>(), 1000 - 300);
    assert_eq!(day(&partly, 10 * DAY), day(&kept, 10 * DAY) - 300);
    assert_eq!(day(&partly, 9 * DAY), day(&kept, 9 * DAY));
    // The rest is refunded as well. Together, the refunds take back no more than the revenue that was spread.
    let whole = partly.after(&[event("w", 20 * DAY, refund("a", 1000))]);
    assert_eq!(revenue(&whole).iter().sum::<i64>(), 0);
}

#[test]
fn a_revocation_that_is_undone_is_given_again_on_its_day() {
    let told = |status, at| event(&format!("r{at}"), at, refund_is("a", 1000, 10 * DAY, status, at));
    let events = [purchase("a", 2, 0), told(RefundStatus::Succeeded, 10 * DAY), told(RefundStatus::Failed, 15 * DAY)];
    assert_eq!(revenue(&Reader::new(account()).after(&events)).iter().sum::<i64>(), 1000);
}
