//! Tests of the amount that is gone of a payment, in every order of the facts.

use super::*;
use crate::{ids::PaymentIntentId, money::Currency, stripe::RefundStatus};

fn t(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + time::Duration::seconds(seconds)
}

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

fn pi() -> PaymentIntentId {
    PaymentIntentId::parse("pi_1").unwrap()
}

/// A fact about a payment.
#[derive(Debug, Clone)]
enum PaymentFact {
    Sum(i64, i64),
    Refund(RefundFact),
    Dispute(DisputeFact),
}

fn sum(amount: i64, at: i64) -> PaymentFact {
    PaymentFact::Sum(amount, at)
}

fn refund(id: &str, amount: i64, created: i64, status: RefundStatus, at: i64) -> PaymentFact {
    let refund = RefundId::parse(format!("re_{id}")).unwrap();
    PaymentFact::Refund(RefundFact {
        refund,
        payment_intent: pi(),
        amount: usd(amount),
        created: t(created),
        status,
        failure_reason: None,
        at: t(at),
    })
}

fn dispute(id: &str, amount: i64, status: &str, at: i64) -> PaymentFact {
    PaymentFact::Dispute(DisputeFact {
        dispute: DisputeId::parse(format!("dp_{id}")).unwrap(),
        payment_intent: pi(),
        amount: usd(amount),
        status: DisputeStatus::from_name(status),
        evidence_due: None,
        funds_withdrawn: false,
        at: t(at),
    })
}

fn merge(facts: PaymentFacts, arriving: &PaymentFact) -> PaymentFacts {
    match arriving {
        PaymentFact::Sum(amount, at) => {
            let fact = ChargeRefundedFact { payment_intent: pi(), preorder: None, refunded: usd(*amount) };
            facts.with_refunded_sum(&fact, t(*at))
        }
        PaymentFact::Refund(fact) => facts.with_refund(fact),
        PaymentFact::Dispute(fact) => facts.with_dispute(fact),
    }
}

/// Merges the facts in every order, each twice, asserts that every order ends with the same, and returns that.
fn every_order(arriving: &[PaymentFact]) -> PaymentFacts {
    let expected = arriving.iter().fold(PaymentFacts::default(), merge);
    for order in orders(arriving) {
        let facts = order.iter().chain(&order).fold(PaymentFacts::default(), merge);
        assert_eq!(facts, expected, "{order:#?}");
    }
    expected
}

fn orders(arriving: &[PaymentFact]) -> Vec<Vec<PaymentFact>> {
    let Some((first, rest)) = arriving.split_first() else { return vec![vec![]] };
    let insert = |order: Vec<PaymentFact>| {
        (0..=order.len()).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, first.clone());
            longer
        })
    };
    orders(rest).into_iter().flat_map(insert).collect()
}

#[test]
fn a_sum_counts_only_beyond_the_refunds_that_are_known_by_their_ids() {
    use RefundStatus::{Failed, Succeeded};
    let facts = every_order(&[sum(300, 5), sum(500, 9), refund("a", 300, 4, Succeeded, 4)]);
    assert_eq!((facts.gone(), facts.revocations(usd(500))), (500, vec![(t(9), true)]));
    let failed = every_order(&[sum(500, 5), refund("a", 500, 4, Succeeded, 4), refund("a", 500, 4, Failed, 20)]);
    assert_eq!(failed.gone(), 0, "the sum was that refund");
    assert_eq!(failed.revocations(usd(500)), [(t(4), true), (t(20), false)]);
}

#[test]
fn a_refund_counts_from_when_it_was_made_while_it_is_pending_or_has_succeeded() {
    use RefundStatus::{Canceled, Pending, RequiresAction, Succeeded};
    let facts = every_order(&[refund("a", 500, 3, Succeeded, 9), refund("a", 500, 3, Pending, 4)]);
    assert_eq!(facts.revocations(usd(500)), [(t(3), true)]);
    let given_up = every_order(&[
        refund("a", 500, 3, RequiresAction, 3),
        refund("a", 500, 3, Pending, 5),
        refund("a", 500, 3, Canceled, 7),
    ]);
    assert_eq!(given_up.revocations(usd(500)), [(t(5), true), (t(7), false)]);
}

#[test]
fn a_part_revokes_nothing_and_parts_revoke_when_they_reach_what_was_paid() {
    use RefundStatus::Succeeded;
    let facts = every_order(&[
        refund("a", 200, 1, Succeeded, 1),
        refund("b", 200, 2, Succeeded, 2),
        dispute("c", 100, "lost", 9),
    ]);
    assert_eq!(facts.revocations(usd(501)), []);
    assert_eq!(facts.revocations(usd(500)), [(t(9), true)]);
    assert_eq!((facts.refunded(), facts.gone()), (400, 500));
}

#[test]
fn each_of_several_disputes_counts_by_itself() {
    let facts = every_order(&[
        dispute("a", 500, "needs_response", 1),
        dispute("a", 500, "won", 5),
        dispute("b", 500, "needs_response", 7),
        dispute("b", 500, "lost", 9),
    ]);
    assert_eq!(facts.revocations(usd(500)), [(t(9), true)]);
    let won_after_all = merge(facts, &dispute("b", 500, "won", 20));
    assert_eq!(won_after_all.revocations(usd(500)), [(t(9), true), (t(20), false)]);
}

#[test]
fn of_one_second_the_higher_rank_counts() {
    let facts = every_order(&[dispute("a", 500, "won", 5), dispute("a", 500, "lost", 5)]);
    assert_eq!(facts.dispute_status(), Some(&DisputeStatus::Lost));
    assert_eq!(facts.revocations(usd(500)), [(t(5), true)]);
}

#[test]
fn a_status_that_nobody_knows_yet_holds_and_leaves_the_money_where_it_was() {
    let held = every_order(&[dispute("a", 500, "needs_response", 1), dispute("a", 500, "in_arbitration", 4)]);
    assert_eq!((held.disputed_since(), held.revocations(usd(500))), (Some(t(1)), vec![]));
    let after_a_loss = every_order(&[dispute("a", 500, "lost", 1), dispute("a", 500, "in_arbitration", 4)]);
    assert_eq!((after_a_loss.disputed_since(), after_a_loss.revocations(usd(500))), (Some(t(1)), vec![(t(1), true)]));
    let won_at_last = merge(after_a_loss, &dispute("a", 500, "won", 9));
    let gone_until_then = vec![(t(1), true), (t(9), false)];
    assert_eq!((won_at_last.disputed_since(), won_at_last.revocations(usd(500))), (None, gone_until_then));
}

#[test]
fn a_payment_is_disputed_while_one_of_its_disputes_is_open() {
    let open = every_order(&[dispute("a", 500, "lost", 1), dispute("b", 9, "warning_needs_response", 4)]);
    assert_eq!(open.disputed_since(), Some(t(4)));
    assert_eq!(open.dispute_status(), Some(&DisputeStatus::WarningNeedsResponse));
    assert_eq!(merge(open, &dispute("b", 9, "warning_closed", 8)).disputed_since(), None);
}

#[test]
fn what_was_known_without_an_id_counts_until_an_id_is_known() {
    let old = PaymentFacts { unnamed_dispute: Some((t(1), DisputeStatus::Lost)), ..PaymentFacts::default() };
    assert_eq!(old.revocations(usd(500)), [(t(1), true)]);
    let named = merge(old, &dispute("a", 500, "won", 9));
    assert_eq!(named.revocations(usd(500)), []);
}

#[test]
fn several_payments_of_one_thing_count_by_their_sums() {
    use RefundStatus::Succeeded;
    let [one, other] = [3, 7].map(|at| every_order(&[refund("a", 250, at, Succeeded, at)]));
    assert_eq!(gone_over_time([&one, &other], usd(500)).last(), Some(&(t(7), 500)));
    assert_eq!(revocations(&gone_over_time([&one, &other], usd(500)), usd(500)), [(t(7), true)]);
    assert_eq!(revocations(&gone_over_time([&one], usd(500)), usd(500)), []);
}
