//! Refunds and disputes: which time they take back, and which time stays.

use pledge_domain::{
    ids::DisputeId,
    stripe::{Fact, RefundStatus, StripeEvent},
};

use super::{month, purchase};
use crate::reader::*;

#[test]
fn a_revocation_ends_access_without_a_word_about_an_end() {
    let events = [purchase("a", 2, 0), event("r", DAY, refund("a", 1000))];
    let reader = Reader::new(account()).after(&events).rolled(90 * DAY);
    assert!(!reader.keys.iter().any(|key| key.starts_with("champion_ended")));
}

#[test]
fn a_month_that_is_used_up_and_refunded_later_moves_nothing() {
    let events = [month(1), event("l", 1, link("1", "1")), purchase("next", 1, 20 * DAY)];
    let had = Reader::new(account()).after(&events);
    let refunded = had.clone().after(&[event("r", 40 * DAY, refund("1", 500))]);
    assert_eq!(refunded.bars(), had.bars(), "all of it had run");
    assert_eq!(refunded.bars(), [(1, 0, MONTH), (1, MONTH, MONTH + 30 * DAY)]);
}

#[test]
fn a_refund_that_fails_gives_back_what_it_had_frozen() {
    use RefundStatus::{Failed, Succeeded};
    let told = |status, at| event(&format!("r{at}"), at, refund_is("a", 1000, 10 * DAY, status, at));
    let (made, failed) = (told(Succeeded, 10 * DAY), told(Failed, 15 * DAY));
    let frozen = Reader::new(account()).after(&[purchase("a", 2, 0), made.clone()]);
    assert_eq!(frozen.bars(), [(2, 0, 10 * DAY)]);
    for order in [[&made, &failed], [&failed, &made]] {
        let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]).after(order);
        assert_eq!(reader.bars(), [(2, 0, 10 * DAY), (2, 15 * DAY, 35 * DAY)]);
        assert!(reader.keys.contains("champion_refunded:pi_a"), "it was announced when it was made");
    }
}

#[test]
fn a_refund_that_is_overtaken_by_a_dispute_and_fails_gives_back_nothing_while_the_dispute_is_lost() {
    let events = [
        purchase("a", 2, 0),
        event("r1", 5 * DAY, refund_is("a", 1000, 5 * DAY, RefundStatus::Pending, 5 * DAY)),
        event("d1", 6 * DAY, disputed("a", "needs_response", 6 * DAY)),
        event("d2", 8 * DAY, disputed("a", "lost", 8 * DAY)),
        event("r2", 9 * DAY, refund_is("a", 1000, 5 * DAY, RefundStatus::Failed, 9 * DAY)),
    ];
    let reader = Reader::new(account()).after(&events);
    assert_eq!(reader.bars(), [(2, 0, 5 * DAY)]);
    let won = reader.after(&[event("d3", 12 * DAY, disputed("a", "won", 12 * DAY))]);
    assert_eq!(won.bars(), [(2, 0, 5 * DAY), (2, 12 * DAY, 37 * DAY)]);
}

/// Returns an event about the `n`th further dispute of purchase `a`, which costs 1000.
fn disputed_again(n: u32, status: &str, at: i64) -> StripeEvent {
    let Fact::Dispute(mut fact) = disputed("a", status, at) else { unreachable!() };
    fact.dispute = DisputeId::parse(format!("dp_a{n}")).unwrap();
    event(&format!("d{n}{status}"), at, Fact::Dispute(fact))
}

#[test]
fn of_two_disputes_the_lost_one_counts_whichever_is_decided_or_told_first() {
    let events = [
        disputed_again(1, "needs_response", 2 * DAY),
        disputed_again(1, "won", 5 * DAY),
        disputed_again(2, "needs_response", 6 * DAY),
        disputed_again(2, "lost", 9 * DAY),
    ];
    let backwards: Vec<_> = events.iter().rev().collect();
    for order in [events.iter().collect(), backwards] {
        let reader = Reader::new(account()).after(&[purchase("a", 2, 0)]).after(order);
        assert_eq!(reader.bars(), [(2, 0, 9 * DAY)]);
        let disputes = reader.keys.iter().filter(|key| key.starts_with("champion_disputed")).count();
        assert_eq!(disputes, 2, "each is announced");
    }
}

#[test]
fn disputes_in_parts_take_back_when_together_they_are_all_of_it() {
    let part = |n, at| {
        let StripeEvent { fact: Fact::Dispute(mut fact), .. } = disputed_again(n, "lost", at) else { unreachable!() };
        fact.amount = usd(500);
        event(&format!("p{n}"), at, Fact::Dispute(fact))
    };
    let one = Reader::new(account()).after(&[purchase("a", 2, 0), part(1, DAY)]);
    assert_eq!(one.bars(), [(2, 0, 30 * DAY)], "half of it is no reason to end it");
    assert_eq!(one.after(&[part(2, 3 * DAY)]).bars(), [(2, 0, 3 * DAY)]);
}

#[test]
fn an_invoice_that_two_payments_paid_is_revoked_when_both_went_back() {
    let events = [month(1), event("l1", 1, link("1", "one")), event("l2", 1, link("1", "other"))];
    let one = Reader::new(account()).after(&events).after(&[event("r1", 5 * DAY, refund("one", 250))]);
    assert_eq!(one.bars(), [(1, 0, MONTH)]);
    let both = one.after(&[event("r2", 8 * DAY, refund("other", 250))]);
    assert_eq!(both.bars(), [(1, 0, 8 * DAY)]);
}
