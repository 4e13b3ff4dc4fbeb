//! [`AccountStore`](pledge_domain::ports::AccountStore).
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::signed_in as claims_of,
    ports::{AccountStore, PreorderStore},
    user::{Owner, VerifiedUser},
};

use crate::{
    builders::{a_new_preorder, an_email, preorder_id, signed_in, uid},
    contract::Subject,
    time::t,
};

const ADDRESS: &str = "Reader@example.com";
const SAME_ADDRESS: &str = "reader@EXAMPLE.com";

pub async fn a_sign_in_alone_makes_a_row_and_returns_it<S: Subject>(subject: &S) {
    let reader = VerifiedUser { phone: Some("+85251234567".into()), ..signed_in("u1", ADDRESS) };
    let profile = subject.store().record_sign_in(&reader.id, &claims_of(&reader), t(1)).await.unwrap();
    assert_eq!((profile.user, profile.address, profile.address_verified), (uid("u1"), reader.email.clone(), true));
    assert_eq!((profile.display_name, profile.photo_url), (reader.display_name, reader.photo_url));
    assert_eq!((profile.phone, profile.marketing_consent), (reader.phone, false));
    assert_eq!(subject.user(&uid("u1")).await.unwrap().last_login_at, Some(t(1)));
}

pub async fn a_sign_in_brings_the_earlier_preorders_of_a_verified_address<S: Subject>(subject: &S) {
    for n in [1, 2] {
        subject.store().initiate(&a_new_preorder(n, SAME_ADDRESS, Owner::Unknown)).await.unwrap();
    }
    subject.store().initiate(&a_new_preorder(3, "other@example.com", Owner::Unknown)).await.unwrap();
    let unverified = VerifiedUser { email_verified: false, ..signed_in("u2", ADDRESS) };
    subject.store().record_sign_in(&unverified.id, &claims_of(&unverified), t(1)).await.unwrap();
    assert_eq!(subject.store().preorders_of(&uid("u2"), 10).await.unwrap(), []);

    let reader = signed_in("u1", ADDRESS);
    let profile = subject.store().record_sign_in(&reader.id, &claims_of(&reader), t(2)).await.unwrap();
    assert_eq!(profile.address, Some(an_email(ADDRESS)), "a proven address is taken from who only said it");
    let own = subject.store().preorders_of(&reader.id, 10).await.unwrap();
    assert_eq!(own.iter().map(|preorder| preorder.id).collect::<Vec<_>>(), [preorder_id(2), preorder_id(1)]);
    assert_eq!(own[0], subject.preorder(preorder_id(2)).await);
    assert_eq!(subject.store().preorders_of(&reader.id, 1).await.unwrap().len(), 1);
}
