//! Preorders before anybody pays.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    ports::{OutboxStore, PreorderStore},
    preorder::Status,
    user::Owner,
};

use super::{ADDRESS, OTHER_ADDRESS, initiate};
use crate::{
    builders::{a_new_preorder, preorder_id, signed_in, uid},
    contract::Subject,
    time::t,
};

pub async fn a_preorder_is_stored_as_it_is<S: Subject>(subject: &S) {
    let new = a_new_preorder(1, ADDRESS, Owner::Unknown);
    assert_eq!(subject.store().initiate(&new).await.unwrap(), new.preorder);
    assert_eq!(subject.preorder(new.preorder.id).await, new.preorder);
}

pub async fn a_preorder_comes_with_its_started_event<S: Subject>(subject: &S) {
    let new = a_new_preorder(1, ADDRESS, Owner::Unknown);
    subject.store().initiate(&new).await.unwrap();
    let unsent = subject.store().unsent(&[new.started.id], t(1)).await.unwrap();
    assert_eq!(unsent.into_iter().map(|row| row.entry).collect::<Vec<_>>(), [new.started]);
}

pub async fn a_repeat_changes_nothing_and_returns_what_is_stored<S: Subject>(subject: &S) {
    let first = initiate(subject, 1, ADDRESS, Owner::SignedIn(signed_in("u1", ADDRESS))).await;
    let mut other = a_new_preorder(1, OTHER_ADDRESS, Owner::SignedIn(signed_in("u2", OTHER_ADDRESS)));
    other.preorder.status = Status::Processing;
    assert_eq!(subject.store().initiate(&other).await.unwrap(), first);
    assert_eq!(subject.preorder(first.id).await, first);
    assert_eq!(subject.user(&uid("u2")).await, None);
    assert_eq!(subject.store().backlog().await.unwrap().waiting, 1);
}

pub async fn a_preorder_that_is_not_stored_is_not_found<S: Subject>(subject: &S) {
    assert_eq!(subject.store().find(preorder_id(1)).await.unwrap(), None);
}
