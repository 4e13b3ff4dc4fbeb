//! Renewals that are not paid yet, and the grace until they are.

use pledge_domain::{
    champion::Period,
    stripe::{BillingReason::*, Fact, InvoiceFact, SubscriptionFact, SubscriptionStatus::*},
};

use super::{is, month, paid};
use crate::reader::*;

const HOUR: i64 = 3_600;

#[test]
fn a_renewal_that_is_a_draft_for_an_hour_interrupts_nothing() {
    let renewed = InvoiceFact { at: t(MONTH + 65 * 60), ..invoice("2", SubscriptionCycle, 1, MONTH) };
    let in_draft = Reader::new(account()).after(&[month(1), is("a", MONTH, Active, false, 2 * MONTH)]);
    let shown = in_draft.clone().rolled(MONTH + 30 * 60).support.unwrap();
    assert!(shown.is_active && shown.tier.is_none(), "access without anything that isn't paid");
    assert_eq!(shown.readable(t(MONTH + 30 * 60)), Some(level(1)));

    let reader = in_draft.after(&[paid("2", renewed)]).rolled(MONTH + 2 * HOUR);
    let support = reader.support.as_ref().unwrap();
    assert_eq!(support.period, Period { start: t(0), end: t(2 * MONTH) }, "the same start, and the end is Stripe's");
    assert_eq!(reader.bars(), [(1, 0, MONTH), (1, MONTH, 2 * MONTH)]);
}

#[test]
fn a_renewal_that_is_paid_after_its_grace_has_its_full_length_from_then() {
    let late = InvoiceFact { at: t(MONTH + 3 * DAY), ..invoice("2", SubscriptionCycle, 1, MONTH) };
    let reader = Reader::new(account()).after(&[month(1), paid("2", late)]);
    assert_eq!(reader.bars(), [(1, 0, MONTH), (1, MONTH + 3 * DAY, 2 * MONTH + 3 * DAY)]);
}

#[test]
fn grace_is_stored_ahead_and_only_while_the_subscription_is_going_to_be_charged() {
    let state = |status, cancelling, end| {
        let reader = Reader::new(account()).after(&[month(1), is("a", 1, status, cancelling, end)]);
        reader.rolled(DAY).support.unwrap().grace.map(|grace| (grace.tier, grace.period))
    };
    let expected = Some((level(1), Period { start: t(MONTH), end: t(MONTH + DAY) }));
    assert_eq!(state(Active, false, MONTH), expected);
    assert_eq!(state(PastDue, false, 2 * MONTH), expected);
    assert_eq!(state(Active, true, MONTH), None, "it ends with the period");
    assert_eq!(state(Active, true, 2 * MONTH), expected, "it ends later");
    for over in [Unpaid, Paused, Canceled] {
        assert_eq!(state(over, false, MONTH), None, "{over:?}");
    }
}

#[test]
fn without_a_payment_grace_ends_and_leaves_nothing_in_the_ledger() {
    let unpaid = Reader::new(account()).after(&[month(1), is("a", MONTH, PastDue, false, 2 * MONTH)]);
    let active = |at| unpaid.clone().rolled(at).support.unwrap().is_active;
    assert_eq!([MONTH - 1, MONTH, MONTH + DAY - 1, MONTH + DAY].map(active), [true, true, true, false]);
    assert_eq!((unpaid.ledger.len(), unpaid.bars()), (1, vec![(1, 0, MONTH)]));
}

#[test]
fn only_what_is_charged_renews() {
    let renews = |status, paused| {
        let fact = SubscriptionFact { collection_paused: paused, ..state(status, false, MONTH) };
        let events = [month(1), event("s", 1, Fact::SubscriptionChanged(Box::new(fact)))];
        Reader::new(account()).after(&events).support.unwrap().auto_renew
    };
    assert!(renews(Active, false) && renews(PastDue, false));
    assert!(!renews(Active, true) && !renews(Unpaid, false) && !renews(Paused, false));
}
