//! Several Checkout sessions of one preorder, and the copies of them that customers open by recovery links.

use pledge_domain::{
    ids::PaymentIntentId,
    preorder::{
        SessionState, Status,
        checkout::{CheckoutDecision, decide},
    },
    stripe::{Fact, SessionStep},
};

use crate::preorder_history::{
    PAID, UNPAID, card_refused, converges, copy, dispute, in_checkout, in_second_checkout, initiated, paid_again,
    refund, run, session_of, step, t,
};

#[test]
fn a_copy_of_the_same_second_counts_once_the_customer_has_completed_it() {
    let facts = [step("cs_1", 1, SessionStep::Expired), step("cs_0_copy", 1, UNPAID)];
    let (preorder, _) = converges(Some(&in_checkout()), &facts);
    assert_eq!(session_of(&preorder), ("cs_0_copy", SessionState::AwaitingPayment));
}

#[test]
fn who_pays_later_in_a_recovered_session_is_not_offered_another_one() {
    for before in [in_checkout(), initiated()] {
        let expired = step("cs_1", 1, SessionStep::Expired);
        let unpaid = [expired.clone(), copy("cs_copy", 1, 3, UNPAID)];
        let (preorder, events) = converges(Some(&before), &unpaid);
        assert_eq!(
            (preorder.status, session_of(&preorder)),
            (Status::Processing, ("cs_copy", SessionState::AwaitingPayment))
        );
        assert_eq!(events, ["preorder_abandoned"], "which the sender leaves out, since there is a newer session");
        assert_eq!(decide(&preorder, t(2 * 86_400)), CheckoutDecision::PaymentPending);

        let end = |last| converges(Some(&before), &[&unpaid[..], &[copy("cs_copy", 1, 3, last)]].concat()).0;
        assert_eq!(end(SessionStep::AsyncPaymentSucceeded).status, Status::Completed);
        let failed = end(SessionStep::AsyncPaymentFailed);
        assert_eq!((failed.status, session_of(&failed)), (Status::Failed, ("cs_copy", SessionState::Closed)));
        assert!(matches!(decide(&failed, t(9 * 86_400)), CheckoutDecision::Open { attempt: 2, before: None }));
    }
}

#[test]
fn a_recovered_session_that_expires_is_the_newest_one_and_is_announced_too() {
    let facts = [step("cs_1", 1, SessionStep::Expired), copy("cs_copy", 1, 3, SessionStep::Expired)];
    let (preorder, events) = converges(Some(&in_checkout()), &facts);
    assert_eq!((preorder.status, session_of(&preorder)), (Status::Cancelled, ("cs_copy", SessionState::Closed)));
    assert_eq!(events, ["preorder_abandoned", "preorder_abandoned"]);
}

#[test]
fn a_payment_on_its_way_stays_so_when_a_later_copy_of_the_same_session_expires() {
    let facts = [
        step("cs_1", 1, SessionStep::Expired),
        copy("cs_copy", 1, 3, UNPAID),
        copy("cs_copy_2", 1, 4, SessionStep::Expired),
    ];
    let (preorder, _) = converges(Some(&in_checkout()), &facts);
    assert_eq!(session_of(&preorder), ("cs_copy", SessionState::AwaitingPayment));
    let failed = [&facts[..], &[copy("cs_copy", 1, 3, SessionStep::AsyncPaymentFailed)]].concat();
    let (preorder, _) = converges(Some(&in_checkout()), &failed);
    assert_eq!((preorder.status, session_of(&preorder)), (Status::Failed, ("cs_copy", SessionState::Closed)));
}

#[test]
fn an_attempt_that_was_never_stored_is_used_up_even_if_another_session_counts() {
    let failed = [UNPAID, SessionStep::AsyncPaymentFailed].map(|took| step("cs_1", 1, took));
    let facts = [&failed[..], &[copy("cs_2", 2, 9, SessionStep::Expired)]].concat();
    let preorder = run(&facts, Some(in_checkout())).preorder.unwrap();
    assert_eq!((preorder.checkout_attempt, preorder.status, session_of(&preorder).0), (2, Status::Failed, "cs_1"));
}

#[test]
fn the_link_of_an_older_session_can_be_followed_after_a_newer_one_was_opened() {
    let facts = [
        step("cs_1", 1, SessionStep::Expired),
        copy("cs_2", 2, 3, SessionStep::Expired),
        copy("cs_copy", 1, 5, UNPAID),
    ];
    let (preorder, _) = converges(Some(&in_second_checkout(3)), &facts);
    assert_eq!((preorder.checkout_attempt, session_of(&preorder)), (2, ("cs_copy", SessionState::AwaitingPayment)));
}

#[test]
fn what_was_over_before_a_newer_session_was_opened_does_not_come_back() {
    let second = in_second_checkout(9);
    let copy_of_first = [UNPAID, SessionStep::AsyncPaymentFailed].map(|took| copy("cs_copy", 1, 3, took));
    assert_eq!(run(&copy_of_first, Some(second.clone())).preorder, Some(second.clone()));
    let expired = copy("cs_2", 2, 9, SessionStep::Expired);
    let (preorder, _) = converges(Some(&second), &[&copy_of_first[..], &[expired]].concat());
    assert_eq!((preorder.status, session_of(&preorder)), (Status::Cancelled, ("cs_2", SessionState::Closed)));
}

#[test]
fn of_two_paid_copies_of_a_session_the_newer_one_is_kept() {
    let Fact::Session(mut again) = copy("cs_copy_2", 1, 4, PAID) else { unreachable!() };
    again.payment_intent = Some(PaymentIntentId::parse("pi_2").unwrap());
    let facts = [step("cs_1", 1, SessionStep::Expired), copy("cs_copy", 1, 3, PAID), Fact::Session(again)];
    let (preorder, _) = converges(Some(&in_checkout()), &facts);
    assert_eq!((session_of(&preorder).0, preorder.payments().count()), ("cs_copy_2", 2));
}

#[test]
fn a_session_that_ran_out_before_another_was_paid_is_announced_in_every_order() {
    let (preorder, events) = converges(Some(&in_checkout()), &[step("cs_1", 1, SessionStep::Expired), paid_again()]);
    assert_eq!(preorder.status, Status::Completed);
    assert_eq!(events, ["preorder_abandoned", "preorder_success"]);
}

#[test]
fn every_mix_of_one_session_and_its_copy_converges() {
    // The events that one session can really have: it is paid at once, paid later, refused or never paid, and its money may
    // go back afterwards. An expired session can be recovered in a copy, of which the same is true.
    let expired = || step("cs_1", 1, SessionStep::Expired);
    let copy = |took| copy("cs_copy", 1, 3, took);
    let histories: [&[Fact]; 8] = [
        &[card_refused(1), step("cs_1", 1, PAID), refund(700), refund(1999), dispute("won")],
        &[card_refused(1), step("cs_1", 1, UNPAID), step("cs_1", 1, SessionStep::AsyncPaymentSucceeded), refund(1999)],
        &[card_refused(1), step("cs_1", 1, UNPAID), step("cs_1", 1, SessionStep::AsyncPaymentFailed)],
        &[card_refused(1), expired()],
        &[expired(), card_refused(1), copy(PAID), refund(1999)],
        &[expired(), card_refused(1), copy(UNPAID), copy(SessionStep::AsyncPaymentSucceeded)],
        &[expired(), card_refused(1), copy(UNPAID), copy(SessionStep::AsyncPaymentFailed)],
        &[expired(), card_refused(1), copy(SessionStep::Expired)],
    ];
    for history in histories {
        for before in [Some(in_checkout()), Some(initiated())] {
            converges(before.as_ref(), history);
        }
    }
}
