//! The events of every history of a preorder, in every order, delivered any number of times.

use std::collections::{BTreeMap, BTreeSet};

use pledge_domain::{
    Timestamp,
    color::Color,
    contact::Contact,
    email::Email,
    ids::{DisputeId, EventId, PaymentIntentId, PreorderId, RefundId, SessionId, UserId},
    locale::Locale,
    money::{Currency, Money},
    preorder::{
        Preorder, PreorderMetadata, Session, SessionState, Status, Wishes,
        checkout::{CheckoutDecision, decide},
    },
    stripe::{
        ChargeRefundedFact, CheckoutPaymentStatus, DisputeFact, DisputeStatus, Fact, PaymentFacts, PaymentFailedFact,
        RefundFact, RefundStatus, SessionFact, SessionStep, StripeEvent,
    },
};
use pledge_memory::{Deliver, InMemoryStore, ready};

pub fn t(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + time::Duration::seconds(1_700_000_000 + seconds)
}

pub fn initiated() -> Preorder {
    Preorder {
        id: PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap(),
        user_id: None,
        owner_email: None,
        email: Email::parse("reader@example.com").unwrap(),
        color: Color::recorded("Red".into()),
        price_id: None,
        locale: Locale::Ja,
        contact: Contact::default(),
        form_contact: None,
        wishes: Wishes::default(),
        status: Status::Initiated,
        checkout_attempt: 0,
        session: None,
        payment: None,
        further_payments: Vec::new(),
        disputed_at: None,
        created_at: t(0),
    }
}

fn in_checkout() -> Preorder {
    let id = SessionId::parse("cs_1").unwrap();
    let session =
        Session { id, url: Some("https://pay".into()), expires_at: Some(t(86_400)), state: SessionState::Open };
    Preorder { status: Status::Processing, checkout_attempt: 1, session: Some(session), ..initiated() }
}

pub fn paid_by(session: &str) -> Preorder {
    let paid = step(session, 1, SessionStep::Completed(CheckoutPaymentStatus::Paid));
    run(&[paid], Some(in_checkout())).preorder.unwrap()
}

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::USD)
}

fn step(session: &str, attempt: i32, step: SessionStep) -> Fact {
    Fact::Session(Box::new(SessionFact {
        session: SessionId::parse(session).unwrap(),
        step,
        expires_at: Some(t(86_400)),
        metadata: PreorderMetadata {
            preorder: Some(initiated().id),
            attempt: Some(attempt),
            ..PreorderMetadata::default()
        },
        recovery_url: None,
        payment_intent: Some(intent()),
        amount: Some(usd(1999)),
        email: Some(Email::parse("reader@example.com").unwrap()),
        contact: Contact::default(),
        customer: None,
    }))
}

fn intent() -> PaymentIntentId {
    PaymentIntentId::parse("pi_1").unwrap()
}

fn refund(amount: i64) -> Fact {
    Fact::ChargeRefunded(ChargeRefundedFact {
        payment_intent: intent(),
        preorder: Some(initiated().id),
        refunded: usd(amount),
    })
}

fn dispute(status: &str) -> Fact {
    Fact::Dispute(DisputeFact {
        dispute: DisputeId::parse("dp_1").unwrap(),
        payment_intent: intent(),
        amount: usd(1999),
        status: DisputeStatus::from_name(status),
        evidence_due: Some(t(86_400)),
        funds_withdrawn: false,
        at: t(60),
    })
}

fn card_refused(attempt: i32) -> Fact {
    Fact::PaymentFailed(PaymentFailedFact {
        payment_intent: intent(),
        preorder: Some(initiated().id),
        attempt: Some(attempt),
    })
}

/// The content of the store at the end: the preorder, the facts about its payments, and the keys of its announcements.
#[derive(Debug, Clone, PartialEq)]
struct Stored {
    preorder: Option<Preorder>,
    payments: BTreeMap<PaymentIntentId, PaymentFacts>,
    keys: BTreeSet<String>,
}

/// Delivers each fact as an event of its own, so that a repeated fact is decided again, and returns the store's content.
fn run(facts: &[Fact], preorder: Option<Preorder>) -> Stored {
    let store = InMemoryStore::default();
    preorder.into_iter().for_each(|preorder| store.put(preorder));
    for (n, fact) in facts.iter().enumerate() {
        let event = StripeEvent {
            id: EventId::parse(format!("evt_{n}")).unwrap(),
            kind: String::new(),
            api_version: None,
            created: t(60),
            livemode: false,
            object: None,
            deployment: None,
            fact: fact.clone(),
        };
        ready(store.deliver(&event, t(60))).unwrap();
    }
    let keys = store.outbox().into_iter().map(|row| row.entry.key).collect();
    Stored { preorder: store.preorders().pop(), payments: store.payments(), keys }
}

/// Returns every order of the facts, each order also with every fact delivered twice.
fn every_order(facts: &[Fact]) -> Vec<Vec<Fact>> {
    if facts.is_empty() {
        return vec![vec![]];
    }
    let mut all = Vec::new();
    for (i, first) in facts.iter().enumerate() {
        let mut rest = facts.to_vec();
        rest.remove(i);
        for mut tail in every_order(&rest) {
            tail.insert(0, first.clone());
            all.push(tail);
        }
    }
    all
}

fn converges(preorder: Option<&Preorder>, facts: &[Fact]) -> (Preorder, Vec<String>) {
    let expected = run(facts, preorder.cloned());
    for order in every_order(facts) {
        let twice: Vec<_> = order.iter().flat_map(|fact| [fact.clone(), fact.clone()]).collect();
        let again: Vec<_> = order.iter().chain(&order).cloned().collect();
        for deliveries in [&order, &twice, &again] {
            assert_eq!(run(deliveries, preorder.cloned()), expected, "{deliveries:#?}");
        }
    }
    let kinds = expected.keys.iter().map(|key| key.split(':').next().unwrap_or_default().to_owned()).collect();
    (expected.preorder.unwrap(), kinds)
}

/// Returns a step of a copy that the customer opened by the recovery link of an expired session. It has the original's
/// attempt, and expires after so many days.
fn copy(session: &str, attempt: i32, days: i64, took: SessionStep) -> Fact {
    let Fact::Session(mut fact) = step(session, attempt, took) else { unreachable!() };
    fact.expires_at = Some(t(days * 86_400));
    Fact::Session(fact)
}

/// Returns a preorder whose second session is open and expires after so many days.
fn in_second_checkout(days: i64) -> Preorder {
    let mut preorder = Preorder { checkout_attempt: 2, ..in_checkout() };
    let session = preorder.session.as_mut().unwrap();
    (session.id, session.expires_at) = (SessionId::parse("cs_2").unwrap(), Some(t(days * 86_400)));
    preorder
}

fn session_of(preorder: &Preorder) -> (&str, SessionState) {
    let session = preorder.session.as_ref().unwrap();
    (session.id.as_str(), session.state)
}

const PAID: SessionStep = SessionStep::Completed(CheckoutPaymentStatus::Paid);
const UNPAID: SessionStep = SessionStep::Completed(CheckoutPaymentStatus::Unpaid);

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

/// Returns the fact of a second session, which is paid by the payment `pi_2`.
fn paid_again() -> Fact {
    let Fact::Session(mut fact) = step("cs_2", 2, PAID) else { unreachable!() };
    fact.payment_intent = Some(PaymentIntentId::parse("pi_2").unwrap());
    Fact::Session(fact)
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
