//! Payments, refusals, refunds and disputes of a preorder, in every order, delivered any number of times.

use pledge_domain::{
    contact::Contact,
    email::Email,
    ids::{PaymentIntentId, RefundId, UserId},
    preorder::{Preorder, SessionState, Status},
    stripe::{ChargeRefundedFact, Fact, RefundFact, RefundStatus, SessionStep},
};

use crate::preorder_history::{
    PAID, UNPAID, card_refused, converges, dispute, in_checkout, initiated, intent, paid_again, refund, run, step, t,
    usd,
};

#[test]
fn a_refused_card_and_then_a_payment_complete_the_preorder() {
    let (preorder, events) = converges(Some(&in_checkout()), &[card_refused(1), step("cs_1", 1, PAID)]);
    assert_eq!(preorder.status, Status::Completed);
    assert_eq!(preorder.payment.unwrap().amount, usd(1999));
    assert_eq!(events, ["preorder_payment_failed", "preorder_success"], "recorded whatever is known");
}

#[test]
fn nothing_is_granted_before_the_money_is_there() {
    let (preorder, events) = converges(Some(&in_checkout()), &[step("cs_1", 1, UNPAID)]);
    assert_eq!((preorder.status, preorder.payment, events.len()), (Status::Processing, None, 0));
    assert_eq!(preorder.session.unwrap().state, SessionState::AwaitingPayment);
}

#[test]
fn a_delayed_payment_succeeds_or_fails() {
    let succeeded = [step("cs_1", 1, UNPAID), step("cs_1", 1, SessionStep::AsyncPaymentSucceeded)];
    assert_eq!(converges(Some(&in_checkout()), &succeeded).0.status, Status::Completed);
    let failed = [card_refused(1), step("cs_1", 1, UNPAID), step("cs_1", 1, SessionStep::AsyncPaymentFailed)];
    let (preorder, events) = converges(Some(&in_checkout()), &failed);
    assert_eq!(preorder.status, Status::Failed);
    assert_eq!(events, ["preorder_payment_failed"]);
}

#[test]
fn an_expired_session_is_an_abandoned_preorder_even_if_we_never_stored_it() {
    for before in [in_checkout(), initiated()] {
        let facts = [card_refused(1), step("cs_1", 1, SessionStep::Expired)];
        let (preorder, events) = converges(Some(&before), &facts);
        assert_eq!((preorder.status, preorder.checkout_attempt), (Status::Cancelled, 1));
        assert_eq!(events, ["preorder_abandoned", "preorder_payment_failed"]);
    }
}

#[test]
fn a_session_that_was_never_stored_brings_its_deadline() {
    let later = [step("cs_1", 1, UNPAID), step("cs_1", 1, SessionStep::AsyncPaymentSucceeded)];
    for facts in [&[step("cs_1", 1, PAID)][..], &[step("cs_1", 1, SessionStep::Expired)], &later] {
        let (preorder, _) = converges(Some(&initiated()), facts);
        assert_eq!(preorder.session.unwrap().expires_at, Some(t(86_400)), "{facts:?}");
    }
}

#[test]
fn an_old_session_says_nothing_about_a_newer_one() {
    let mut second = in_checkout();
    second.checkout_attempt = 2;
    let facts = [step("cs_0", 1, SessionStep::Expired), card_refused(1), step("cs_0", 1, UNPAID)];
    let (preorder, events) = converges(Some(&second), &facts);
    assert_eq!(preorder, second);
    let all = ["preorder_abandoned", "preorder_payment_failed"];
    assert_eq!(events, all, "recorded whatever is known; the sender leaves it out");
}

#[test]
fn a_refund_counts_whenever_it_arrives() {
    let facts = [step("cs_1", 1, PAID), refund(500), refund(1999), dispute("needs_response")];
    let (preorder, events) = converges(Some(&in_checkout()), &facts);
    assert_eq!(preorder.status, Status::Refunded);
    assert_eq!(preorder.payment.as_ref().unwrap().refunded, 1999);
    assert_eq!(preorder.payment.unwrap().dispute.as_deref(), Some("needs_response"));
    assert_eq!(events, ["preorder_disputed", "preorder_refunded", "preorder_success"]);
}

#[test]
fn a_part_that_went_back_is_recorded_and_changes_no_status() {
    let (preorder, events) = converges(Some(&in_checkout()), &[step("cs_1", 1, PAID), refund(500)]);
    assert_eq!((preorder.status, preorder.payment.unwrap().refunded), (Status::Completed, 500));
    assert_eq!(events, ["preorder_success"]);
}

#[test]
fn a_payment_that_names_no_preorder_becomes_one() {
    let (preorder, events) = converges(None, &[step("cs_1", 1, PAID), refund(1999)]);
    assert_eq!(preorder.status, Status::Refunded);
    assert_eq!(events, ["preorder_refunded", "preorder_success"]);
}

#[test]
fn an_unpaid_session_of_nobody_stays_nobodys() {
    assert_eq!(run(&[step("cs_1", 1, SessionStep::Expired), refund(1)], None).preorder, None);
}

fn refund_again(amount: i64) -> Fact {
    let payment_intent = PaymentIntentId::parse("pi_2").unwrap();
    Fact::ChargeRefunded(ChargeRefundedFact { payment_intent, preorder: None, refunded: usd(amount) })
}

#[test]
fn a_second_payment_is_kept_and_refunding_either_leaves_the_preorder_paid() {
    let twice = [step("cs_1", 1, PAID), paid_again()];
    let (preorder, events) = converges(Some(&in_checkout()), &twice);
    assert_eq!((preorder.status, preorder.payments().count()), (Status::Completed, 2));
    assert_eq!(events, ["preorder_success"]);
    for back in [refund(1999), refund_again(1999)] {
        let (preorder, events) = converges(Some(&in_checkout()), &[twice[0].clone(), twice[1].clone(), back]);
        assert_eq!(preorder.status, Status::Completed);
        assert!(!preorder.payment.unwrap().revoked && preorder.further_payments[0].revoked);
        assert_eq!(events, ["preorder_refunded", "preorder_success"]);
    }
    let both = [twice[0].clone(), twice[1].clone(), refund(1999), refund_again(1999)];
    assert_eq!(converges(Some(&in_checkout()), &both).0.status, Status::Refunded);
}

#[test]
fn the_address_of_the_checkout_is_taken_whole_and_that_of_the_form_is_kept() {
    let text = |text: &str| Some(text.to_owned());
    let form = Contact { address_line1: text("1 Nathan Road"), state: text("Kowloon"), ..Contact::default() };
    let given = Contact { address_line1: text("Unter den Linden 1"), city: text("Berlin"), ..Contact::default() };
    let Fact::Session(mut paid) = step("cs_1", 1, PAID) else { unreachable!() };
    paid.contact = given.clone();
    let before = Preorder { contact: form.clone(), ..in_checkout() };
    let (preorder, _) = converges(Some(&before), &[Fact::Session(paid), refund(500)]);
    assert_eq!((preorder.contact, preorder.form_contact), (given, Some(form)));
}

#[test]
fn a_dispute_holds_the_preorder_and_a_lost_one_ends_it() {
    let (held, events) = converges(Some(&in_checkout()), &[step("cs_1", 1, PAID), dispute("needs_response")]);
    assert_eq!((held.status, held.disputed_at), (Status::Completed, Some(t(60))));
    assert_eq!(events, ["preorder_disputed", "preorder_success"]);
    let end = |status| {
        let facts = [step("cs_1", 1, PAID), dispute("needs_response"), dispute(status)];
        let preorder = converges(Some(&in_checkout()), &facts).0;
        (preorder.status, preorder.disputed_at)
    };
    assert_eq!(end("won"), (Status::Completed, None));
    assert_eq!(end("lost"), (Status::Refunded, None));
}

#[test]
fn a_refund_that_fails_gives_the_preorder_back_and_a_person_hears_of_it_once() {
    let told = |status, at| {
        Fact::Refund(RefundFact {
            refund: RefundId::parse("re_1").unwrap(),
            payment_intent: intent(),
            amount: usd(1999),
            created: t(50),
            status,
            failure_reason: None,
            at: t(at),
        })
    };
    let facts =
        [step("cs_1", 1, PAID), refund(1999), told(RefundStatus::Succeeded, 50), told(RefundStatus::Failed, 70)];
    let (preorder, events) = converges(Some(&in_checkout()), &facts);
    assert_eq!((preorder.status, preorder.payment.unwrap().refunded), (Status::Completed, 0));
    assert_eq!(events, ["preorder_refunded", "preorder_success"]);
}

#[test]
fn who_orders_for_a_friend_isnt_that_friend() {
    let owner = |own: Option<&str>| Preorder {
        user_id: UserId::parse("ada").ok(),
        owner_email: own.map(|own| Email::parse(own).unwrap()),
        ..initiated()
    };
    assert_eq!(owner(Some("READER@example.com")).profile().external_id, UserId::parse("ada").ok());
    for other in [Some("ada@example.com"), None] {
        assert_eq!(owner(other).profile().external_id, None, "{other:?}");
    }
}
