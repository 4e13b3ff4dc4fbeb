//! Checkout sessions and the attempts to open one.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::{Claims, of_found_account},
    ids::SessionId,
    ports::{CheckoutSaved, PreorderStore},
    preorder::{Preorder, Session, SessionState, Status},
    user::Owner,
};

use super::{ADDRESS, initiate, owner};
use crate::{
    Deliver,
    builders::{an_account, an_email, an_open_session, session_paid, session_unpaid, uid},
    contract::Subject,
    time::t,
};

pub async fn an_opened_session_is_stored<S: Subject>(subject: &S) {
    let before = initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    let open = an_open_session("cs_1");
    let saved = subject.store().save_checkout(before.id, 1, Some(&open), &Claims::default(), t(10)).await.unwrap();
    assert_eq!(saved, CheckoutSaved::Saved);
    let session = Session {
        id: SessionId::parse("cs_1").unwrap(),
        url: Some(open.url),
        expires_at: Some(open.expires_at),
        state: SessionState::Open,
    };
    let expected = Preorder { status: Status::Processing, checkout_attempt: 1, session: Some(session), ..before };
    assert_eq!(subject.preorder(expected.id).await, expected);
}

pub async fn a_refused_attempt_is_used_up<S: Subject>(subject: &S) {
    let before = initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    let saved = subject.store().save_checkout(before.id, 1, None, &Claims::default(), t(10)).await.unwrap();
    assert_eq!(saved, CheckoutSaved::Saved);
    assert_eq!(subject.preorder(before.id).await, Preorder { checkout_attempt: 1, ..before });
}

pub async fn a_used_up_attempt_loses_the_race<S: Subject>(subject: &S) {
    let id = initiate(subject, 1, ADDRESS, Owner::Unknown).await.id;
    subject.store().save_checkout(id, 2, Some(&an_open_session("cs_2")), &Claims::default(), t(10)).await.unwrap();
    let current = subject.preorder(id).await;
    for late in [1, 2] {
        let saved = subject
            .store()
            .save_checkout(id, late, Some(&an_open_session("cs_x")), &Claims::default(), t(11))
            .await
            .unwrap();
        assert_eq!(saved, CheckoutSaved::LostRace(Box::new(current.clone())));
    }
    assert_eq!(subject.preorder(id).await, current);
}

pub async fn a_paid_preorder_needs_no_session<S: Subject>(subject: &S) {
    let preorder = initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    subject.store().deliver(&session_paid("evt_1", &preorder), t(60)).await.unwrap();
    let paid = subject.preorder(preorder.id).await;
    let saved = subject
        .store()
        .save_checkout(paid.id, 2, Some(&an_open_session("cs_2")), &Claims::default(), t(61))
        .await
        .unwrap();
    assert_eq!(saved, CheckoutSaved::LostRace(Box::new(paid.clone())));
    assert_eq!(subject.preorder(paid.id).await, paid);
}

pub async fn a_preorder_whose_payment_is_on_its_way_gets_no_other_session<S: Subject>(subject: &S) {
    let preorder = initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    subject.store().deliver(&session_unpaid("evt_1", &preorder), t(60)).await.unwrap();
    let waiting = subject.preorder(preorder.id).await;
    for session in [Some(an_open_session("cs_2")), None] {
        let saved =
            subject.store().save_checkout(waiting.id, 2, session.as_ref(), &Claims::default(), t(61)).await.unwrap();
        assert_eq!(saved, CheckoutSaved::LostRace(Box::new(waiting.clone())));
    }
    assert_eq!(subject.preorder(waiting.id).await, waiting);
}

pub async fn a_checkout_stores_a_found_owner_even_if_it_loses_the_race<S: Subject>(subject: &S) {
    let preorder = initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    let id = preorder.id;
    subject.store().save_checkout(id, 1, None, &Claims::default(), t(10)).await.unwrap();
    let claims = of_found_account(&preorder.ordered(), &an_account("u1"));
    let saved = subject.store().save_checkout(id, 1, None, &claims, t(11)).await.unwrap();
    let CheckoutSaved::LostRace(current) = saved else { panic!("{saved:?}") };
    assert_eq!(current.user_id, Some(uid("u1")));
    assert_eq!(subject.preorder(id).await, *current);
    assert_eq!(subject.user(&uid("u1")).await.unwrap().email, Some(an_email(ADDRESS)));
}

pub async fn a_checkout_keeps_the_owner_that_is_there<S: Subject>(subject: &S) {
    let preorder = initiate(subject, 1, ADDRESS, Owner::ByEmail(an_account("u1"))).await;
    let claims = of_found_account(&preorder.ordered(), &an_account("u2"));
    subject.store().save_checkout(preorder.id, 1, None, &claims, t(10)).await.unwrap();
    assert_eq!(owner(subject, 1).await.as_deref(), Some("u1"));
    assert_eq!(subject.user(&uid("u2")).await, None);
}

pub async fn a_preorder_is_stuck_when_no_event_told_that_its_session_expired<S: Subject>(subject: &S) {
    let open = an_open_session("cs_1");
    let (stuck, paid) =
        (initiate(subject, 1, ADDRESS, Owner::Unknown).await, initiate(subject, 2, ADDRESS, Owner::Unknown).await);
    initiate(subject, 3, ADDRESS, Owner::Unknown).await;
    subject.store().save_checkout(stuck.id, 1, Some(&open), &Claims::default(), t(10)).await.unwrap();
    subject.store().save_checkout(paid.id, 1, Some(&an_open_session("cs_2")), &Claims::default(), t(10)).await.unwrap();
    subject.store().deliver(&session_paid("evt_1", &paid), t(60)).await.unwrap();
    assert_eq!(subject.store().stuck(open.expires_at).await.unwrap(), 0, "it may still be paid");
    assert_eq!(subject.store().stuck(open.expires_at + time::Duration::seconds(1)).await.unwrap(), 1);
}
