//! Limits of preorders for each address and each source.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    limits::{Limit, PreorderLimits, Source},
    ports::{LimitedError, OutboxStore, PreorderStore},
    user::Owner,
};

use super::{ADDRESS, OTHER_ADDRESS, SAME_ADDRESS};
use crate::{
    builders::{a_new_preorder, preorder_id},
    contract::Subject,
    time::t,
};

/// Stores the `n`th preorder under limits of three an hour from one source and two for one address. Returns whether it
/// was stored; a refusal must name the time to wait.
async fn initiate_limited(subject: &impl Subject, n: u32, address: &str, email: &str) -> bool {
    let limits = PreorderLimits { per_source: Limit::per_hour(3), per_address: Limit::per_hour(2) };
    let source = Source::new(address.parse().unwrap());
    let mut new = a_new_preorder(n, email, Owner::Unknown);
    new.uses = limits.uses(Some(&source), &new.preorder.email, false);
    match subject.store().initiate(&new).await {
        Ok(stored) => {
            assert_eq!(stored, new.preorder);
            true
        }
        Err(LimitedError::TooMany(refusal)) => {
            assert_eq!(refusal.retry_after, refusal.used_up.limit().interval());
            false
        }
        Err(LimitedError::Store(error)) => panic!("{error:?}"),
    }
}

pub async fn more_preorders_than_an_address_may_have_are_not_stored<S: Subject>(subject: &S) {
    assert!(initiate_limited(subject, 1, "192.0.2.1", ADDRESS).await);
    assert!(initiate_limited(subject, 2, "192.0.2.2", SAME_ADDRESS).await);
    assert!(!initiate_limited(subject, 3, "192.0.2.3", ADDRESS).await);
    assert_eq!(subject.store().find(preorder_id(3)).await.unwrap(), None);
    assert_eq!(subject.store().backlog().await.unwrap().waiting, 2);
    assert!(initiate_limited(subject, 4, "192.0.2.3", OTHER_ADDRESS).await);
    assert!(initiate_limited(subject, 1801, "192.0.2.3", ADDRESS).await, "one is back after half an hour");
    assert!(!initiate_limited(subject, 1802, "192.0.2.3", ADDRESS).await);
}

pub async fn a_source_that_used_up_its_limit_uses_up_no_address<S: Subject>(subject: &S) {
    for n in 1..=3 {
        assert!(initiate_limited(subject, n, "192.0.2.1", &format!("reader-{n}@example.com")).await);
    }
    for n in 4..=9 {
        assert!(!initiate_limited(subject, n, "192.0.2.1", ADDRESS).await);
    }
    assert!(initiate_limited(subject, 10, "192.0.2.2", ADDRESS).await);
    assert!(initiate_limited(subject, 11, "192.0.2.2", ADDRESS).await);
}

pub async fn a_repeat_uses_nothing_up<S: Subject>(subject: &S) {
    for _ in 0..5 {
        assert!(initiate_limited(subject, 1, "192.0.2.1", ADDRESS).await);
    }
    assert!(initiate_limited(subject, 2, "192.0.2.1", ADDRESS).await);
    assert!(!initiate_limited(subject, 3, "192.0.2.1", ADDRESS).await);
    assert!(initiate_limited(subject, 1, "192.0.2.1", ADDRESS).await, "what is stored is there, whatever is used up");
}

pub async fn uses_that_are_forgotten_limit_nobody<S: Subject>(subject: &S) {
    for n in 1..=2 {
        assert!(initiate_limited(subject, n, "192.0.2.1", ADDRESS).await);
    }
    subject.store().forget_uses(t(3)).await.unwrap();
    assert!(!initiate_limited(subject, 4, "192.0.2.2", ADDRESS).await);
    subject.store().forget_uses(t(3700)).await.unwrap();
    for n in 3701..=3702 {
        assert!(initiate_limited(subject, n, "192.0.2.1", ADDRESS).await);
    }
}
