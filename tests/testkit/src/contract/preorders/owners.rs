//! Owners of preorders.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::of_linked_account,
    ports::PreorderStore,
    user::{Account, Owner, VerifiedUser},
};

use super::{ADDRESS, OTHER_ADDRESS, SAME_ADDRESS, initiate, owner};
use crate::{
    builders::{a_new_preorder, an_account, an_email, preorder_id, signed_in, uid},
    contract::Subject,
    time::t,
};

pub async fn a_preorder_says_the_address_of_its_owners_account<S: Subject>(subject: &S) {
    let friend = "friend@example.com";
    let unverified = VerifiedUser { email_verified: false, ..signed_in("u2", "eve@example.com") };
    let owners = [
        (Owner::SignedIn(signed_in("u1", ADDRESS)), Some(an_email(ADDRESS))),
        (Owner::SignedIn(unverified), None),
        (Owner::ByEmail(an_account("u3")), Some(an_email(friend))),
        (Owner::Unknown, None),
    ];
    for (n, (owner, expected)) in (1..).zip(owners) {
        let new = a_new_preorder(n, friend, owner);
        assert_eq!(new.preorder.owner_email, expected, "{n}: as it is announced");
        subject.store().initiate(&new).await.unwrap();
        assert_eq!(subject.preorder(preorder_id(n)).await.owner_email, expected, "{n}: as it is read");
    }
}

pub async fn a_repeat_adds_the_missing_owner<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    let again = initiate(subject, 1, SAME_ADDRESS, Owner::ByEmail(an_account("u1"))).await;
    assert_eq!(again.user_id, Some(uid("u1")));
    let late = initiate(subject, 1, ADDRESS, Owner::SignedIn(signed_in("u2", ADDRESS))).await;
    assert_eq!(late.user_id, Some(uid("u1")), "an owner that is there stays");
}

pub async fn a_repeat_with_another_address_gets_no_owner<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    let by_email = initiate(subject, 1, OTHER_ADDRESS, Owner::ByEmail(an_account("u1"))).await;
    let signed_in = initiate(subject, 1, OTHER_ADDRESS, Owner::SignedIn(signed_in("u2", OTHER_ADDRESS))).await;
    assert_eq!((by_email.user_id, signed_in.user_id), (None, None));
}

pub async fn a_verified_owner_gets_earlier_preorders_of_the_address<S: Subject>(subject: &S) {
    initiate(subject, 1, SAME_ADDRESS, Owner::Unknown).await;
    initiate(subject, 2, OTHER_ADDRESS, Owner::Unknown).await;
    initiate(subject, 3, ADDRESS, Owner::SignedIn(signed_in("u1", ADDRESS))).await;
    assert_eq!(owner(subject, 1).await.as_deref(), Some("u1"));
    assert_eq!(owner(subject, 2).await, None);
}

pub async fn a_preorder_for_somebody_else_links_nothing_of_theirs<S: Subject>(subject: &S) {
    initiate(subject, 1, OTHER_ADDRESS, Owner::Unknown).await;
    initiate(subject, 2, ADDRESS, Owner::Unknown).await;
    initiate(subject, 3, OTHER_ADDRESS, Owner::SignedIn(signed_in("u1", ADDRESS))).await;
    assert_eq!(owner(subject, 1).await, None, "only the token's address is proven, not the form's");
    assert_eq!(owner(subject, 2).await.as_deref(), Some("u1"));
    assert_eq!(owner(subject, 3).await.as_deref(), Some("u1"));
}

pub async fn an_unverified_sign_in_gets_nothing_but_its_own<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    let unverified = VerifiedUser { email_verified: false, ..signed_in("u1", ADDRESS) };
    initiate(subject, 2, ADDRESS, Owner::SignedIn(unverified)).await;
    assert_eq!((owner(subject, 1).await, owner(subject, 2).await.as_deref()), (None, Some("u1")));
}

pub async fn an_unclaimed_account_gets_earlier_preorders<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    initiate(subject, 2, SAME_ADDRESS, Owner::ByEmail(an_account("u1"))).await;
    assert_eq!(owner(subject, 1).await.as_deref(), Some("u1"));
}

pub async fn a_claimed_unproven_account_gets_nothing_but_its_own<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    initiate(subject, 2, ADDRESS, Owner::ByEmail(Account { claimed: true, ..an_account("u1") })).await;
    assert_eq!(owner(subject, 1).await, None);
}

pub async fn what_has_an_owner_is_not_given_away<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::SignedIn(signed_in("u1", OTHER_ADDRESS))).await;
    initiate(subject, 2, ADDRESS, Owner::SignedIn(signed_in("u2", ADDRESS))).await;
    assert_eq!(owner(subject, 1).await.as_deref(), Some("u1"));
}

pub async fn ownerless_preorders_come_oldest_first<S: Subject>(subject: &S) {
    for n in [3, 1, 4] {
        initiate(subject, n, &format!("reader-{n}@example.com"), Owner::Unknown).await;
    }
    let mut at_the_same_time = a_new_preorder(5, "reader-5@example.com", Owner::Unknown);
    at_the_same_time.preorder.created_at = t(3);
    subject.store().initiate(&at_the_same_time).await.unwrap();
    initiate(subject, 2, ADDRESS, Owner::ByEmail(an_account("u1"))).await;

    let mut pages: Vec<Vec<_>> = Vec::new();
    let mut page = subject.store().without_owner(None, 2).await.unwrap();
    while let Some(last) = page.last() {
        pages.push(page.iter().map(|preorder| preorder.id).collect());
        page = subject.store().without_owner(Some(last), 2).await.unwrap();
    }
    assert_eq!(pages, [[1, 3].map(preorder_id), [5, 4].map(preorder_id)]);
}

pub async fn linking_takes_every_preorder_of_the_address<S: Subject>(subject: &S) {
    let preorder = initiate(subject, 1, ADDRESS, Owner::Unknown).await;
    initiate(subject, 2, SAME_ADDRESS, Owner::Unknown).await;
    initiate(subject, 3, OTHER_ADDRESS, Owner::Unknown).await;
    let claims = of_linked_account(&preorder.ordered(), &an_account("u1"));
    let linked = subject.store().claim(&claims, t(10)).await.unwrap();
    assert_eq!(linked, 2);
    assert_eq!((owner(subject, 2).await.as_deref(), owner(subject, 3).await), (Some("u1"), None));
    assert_eq!(subject.user(&uid("u1")).await.unwrap().email, Some(an_email(ADDRESS)));
}

pub async fn linking_comes_too_late_for_an_owned_preorder<S: Subject>(subject: &S) {
    let preorder = initiate(subject, 1, ADDRESS, Owner::SignedIn(signed_in("u1", OTHER_ADDRESS))).await;
    initiate(subject, 2, ADDRESS, Owner::Unknown).await;
    let claims = of_linked_account(&preorder.ordered(), &an_account("u2"));
    let linked = subject.store().claim(&claims, t(10)).await.unwrap();
    assert_eq!(linked, 0);
    assert_eq!((owner(subject, 1).await.as_deref(), owner(subject, 2).await), (Some("u1"), None));
}
