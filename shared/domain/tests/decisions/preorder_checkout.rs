//! The decisions about requests to pay for a preorder.

use pledge_domain::{
    Timestamp,
    ids::SessionId,
    preorder::{
        Preorder, Session, SessionState, Status,
        checkout::{CheckoutDecision, OpenSession, decide, use_up_attempt},
    },
};

use crate::preorder_history::{initiated, paid_by, t};

fn with_session(state: SessionState, expires_at: Timestamp) -> Preorder {
    let id = SessionId::parse("cs_1").unwrap();
    let session = Session { id, url: Some("https://pay".into()), expires_at: Some(expires_at), state };
    Preorder { status: Status::Processing, checkout_attempt: 1, session: Some(session), ..initiated() }
}

#[test]
fn the_first_checkout_is_attempt_one() {
    assert_eq!(decide(&initiated(), t(0)), CheckoutDecision::Open { attempt: 1, before: None });
}

#[test]
fn an_open_session_is_used_again_until_shortly_before_it_expires() {
    let preorder = with_session(SessionState::Open, t(3600));
    assert!(matches!(decide(&preorder, t(10)), CheckoutDecision::Reuse(_)));
    assert_eq!(
        decide(&preorder, t(3599)),
        CheckoutDecision::Open { attempt: 2, before: preorder.session.clone().map(|session| session.id) }
    );
}

#[test]
fn nobody_pays_twice() {
    assert_eq!(decide(&with_session(SessionState::AwaitingPayment, t(0)), t(10)), CheckoutDecision::PaymentPending);
    assert_eq!(
        decide(&with_session(SessionState::Closed, t(3600)), t(10)),
        CheckoutDecision::Open { attempt: 2, before: None }
    );
    assert_eq!(decide(&paid_by("cs_1"), t(10)), CheckoutDecision::AlreadyCompleted);
}

#[test]
fn an_attempt_is_used_up_once_and_never_once_a_payment_is_there_or_on_its_way() {
    let session = OpenSession { id: SessionId::parse("cs_2").unwrap(), url: "https://pay".into(), expires_at: t(99) };
    let opened = use_up_attempt(initiated(), 1, Some(&session)).unwrap();
    assert_eq!((opened.status, opened.checkout_attempt), (Status::Processing, 1));
    assert_eq!(opened.session.as_ref().unwrap().state, SessionState::Open);
    assert_eq!(use_up_attempt(opened, 1, Some(&session)), None);
    assert_eq!(use_up_attempt(paid_by("cs_1"), 9, Some(&session)), None);
    assert_eq!(use_up_attempt(with_session(SessionState::AwaitingPayment, t(0)), 2, Some(&session)), None);
    let refused = use_up_attempt(initiated(), 1, None).unwrap();
    assert_eq!((refused.status, refused.session), (Status::Initiated, None));
}
