//! Upgrades within a month that are invoiced at once, and whose money goes back later: what becomes of the time that their
//! credits took.

use pledge_domain::stripe::{
    BillingReason::*,
    InvoiceFact, InvoiceLine,
    RefundStatus::{self, *},
    StripeEvent,
};

use super::{
    invoices::{line, with_lines, with_prices},
    paid,
};
use crate::reader::*;

/// The moment of the upgrade. Sixteen days of the month are left.
const UPGRADED: i64 = 15 * DAY;

/// Returns a month of tier 3, and the upgrade to tier 5 for the rest of that month, each with its payment at Stripe.
fn upgraded() -> Vec<StripeEvent> {
    let proration = |name, is_credit| InvoiceLine { is_proration: true, is_credit, ..line(name, UPGRADED, MONTH) };
    let lines = vec![proration("3", true), proration("5", false)];
    let upgrade = InvoiceFact { amount: usd(500), ..with_lines("2", SubscriptionUpdate, UPGRADED, lines) };
    vec![
        paid("1", invoice("1", SubscriptionCreate, 3, 0)),
        event("l1", 0, link("1", "1")),
        paid("2", upgrade),
        event("l2", UPGRADED, link("2", "2")),
    ]
}

/// Returns an event about the refund of a whole payment, made on one day and with this status since another.
fn refund_of(intent: &str, amount: i64, made: i64, status: RefundStatus, day: i64) -> StripeEvent {
    let fact = refund_is(intent, amount, made * DAY, status, day * DAY);
    event(&format!("r{intent}_{day}"), day * DAY, fact)
}

/// Returns each segment as its tier and the days on which it starts and ends, after the upgrade and these events.
fn days_after(events: &[StripeEvent]) -> Vec<(u8, i64, i64)> {
    let bars = Reader::new(with_prices()).after(&upgraded()).after(events).bars();
    bars.into_iter().map(|(tier, start, end)| (tier, start / DAY, end / DAY)).collect()
}

#[test]
fn an_upgrade_that_is_refunded_whole_gives_back_the_time_that_it_took() {
    assert_eq!(days_after(&[]), [(3, 0, 15), (5, 15, 31)]);
    let refunded = refund_of("2", 500, 20, Succeeded, 20);
    assert_eq!(days_after(std::slice::from_ref(&refunded)), [(3, 0, 15), (5, 15, 20), (3, 20, 36)]);
    let reader = Reader::new(with_prices()).after(&upgraded()).after(&[refunded]).rolled(21 * DAY);
    let support = reader.support.unwrap();
    assert_eq!((support.tier, support.period.end), (Some(level(3)), t(36 * DAY)));
}

#[test]
fn a_part_of_an_upgrade_that_is_refunded_gives_back_no_time() {
    assert_eq!(days_after(&[refund_of("2", 499, 20, Succeeded, 20)]), [(3, 0, 15), (5, 15, 31)]);
}

#[test]
fn an_upgrade_that_is_used_up_and_refunded_later_gives_back_from_then_on_what_it_took() {
    assert_eq!(days_after(&[refund_of("2", 500, 40, Succeeded, 40)]), [(3, 0, 15), (5, 15, 31), (3, 40, 56)]);
}

#[test]
fn a_refund_of_an_upgrade_that_fails_takes_again_what_has_not_run_meanwhile() {
    let mut events = upgraded();
    events.extend([refund_of("2", 500, 20, Pending, 20), refund_of("2", 500, 20, Failed, 24)]);
    let expected = Reader::new(with_prices()).after(&events);
    let day = |(tier, start, end): (u8, i64, i64)| (tier, start / DAY, end / DAY);
    let days: Vec<_> = expected.bars().into_iter().map(day).collect();
    assert_eq!(days, [(3, 0, 15), (5, 15, 20), (3, 20, 24), (5, 24, 35)], "twelve of the sixteen days are taken again");
    // Every rotation, forwards and backwards.
    for first in 0..events.len() {
        events.rotate_left(1);
        assert_eq!(Reader::new(with_prices()).after(&events).bars(), expected.bars(), "from event {first} on");
        assert_eq!(Reader::new(with_prices()).after(events.iter().rev()).bars(), expected.bars(), "back from {first}");
    }
}

#[test]
fn a_dispute_about_an_upgrade_gives_back_the_time_that_it_took_when_it_is_lost() {
    let told = |status, day| event(&format!("d{day}"), day * DAY, disputed("2", status, day * DAY));
    let events = [told("needs_response", 18), told("lost", 22), told("won", 25)];
    let both = [(3, 0, 15), (5, 15, 31)];
    assert_eq!(days_after(&events[..1]), both, "while it is open, it takes nothing");
    assert_eq!(days_after(&events[..2]), [(3, 0, 15), (5, 15, 22), (3, 22, 38)]);
    let won_after_all = [(3, 0, 15), (5, 15, 22), (3, 22, 25), (5, 25, 34)];
    assert_eq!(days_after(&events), won_after_all);
    let backwards: Vec<_> = events.iter().rev().cloned().collect();
    assert_eq!(days_after(&backwards), won_after_all);
    assert_eq!(days_after(&[told("needs_response", 18), told("won", 22)]), both);
}

#[test]
fn a_month_that_is_refunded_too_gets_nothing_back_from_its_upgrade() {
    let month = |status, day| refund_of("1", 1500, 20, status, day);
    let upgrade = |status, day| refund_of("2", 500, 22, status, day);
    let gone = [(3, 0, 15), (5, 15, 22)];
    assert_eq!(days_after(&[month(Pending, 20), upgrade(Pending, 22)]), gone);
    assert_eq!(days_after(&[upgrade(Pending, 22), month(Pending, 20)]), gone);
    // Both refunds fail. Whichever fails first, the month's rest is the upgrade's again.
    for (month_fails, upgrade_fails) in [(26, 25), (25, 25), (24, 25)] {
        let failed = [month(Failed, month_fails), upgrade(Failed, upgrade_fails)];
        let days = days_after(&Vec::from_iter([month(Pending, 20), upgrade(Pending, 22)].into_iter().chain(failed)));
        let meanwhile = (month_fails < upgrade_fails).then_some((3, 24, 25));
        let expected: Vec<_> = gone.into_iter().chain(meanwhile).chain([(5, 25, 34)]).collect();
        assert_eq!(days, expected, "{month_fails}");
    }
}
