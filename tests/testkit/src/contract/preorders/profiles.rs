//! The user rows of people who order.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::of_new_preorder,
    consent::MarketingConsent,
    ports::PreorderStore,
    user::{Account, Owner, VerifiedUser},
};

use super::{ADDRESS, OTHER_ADDRESS, SAME_ADDRESS, initiate, owner};
use crate::{
    builders::{a_new_preorder, a_new_preorder_with_consent, an_account, an_email, signed_in, uid},
    contract::Subject,
    time::t,
};

pub async fn a_sign_in_makes_a_profile<S: Subject>(subject: &S) {
    let user = signed_in("u1", ADDRESS);
    let new = a_new_preorder_with_consent(1, OTHER_ADDRESS, Owner::SignedIn(user.clone()));
    let preorder = subject.store().initiate(&new).await.unwrap();
    assert_eq!(preorder.user_id, Some(user.id.clone()));
    let row = subject.user(&user.id).await.unwrap();
    assert_eq!((row.email, row.email_verified), (user.email, true));
    assert_eq!((row.display_name, row.photo_url), (user.display_name, user.photo_url));
    assert_eq!((row.phone, row.marketing_consent), (preorder.contact.phone, true), "what else they wrote in the form");
    assert_eq!(row.last_login_at, Some(t(1)));
}

pub async fn a_later_sign_in_updates_the_profile<S: Subject>(subject: &S) {
    let first = a_new_preorder_with_consent(1, ADDRESS, Owner::SignedIn(signed_in("u1", ADDRESS)));
    subject.store().initiate(&first).await.unwrap();
    let renamed = VerifiedUser {
        display_name: Some("New name".into()),
        photo_url: None,
        email_verified: false,
        ..signed_in("u1", OTHER_ADDRESS)
    };
    let owner = Owner::SignedIn(renamed);
    let mut second = a_new_preorder(2, ADDRESS, owner.clone());
    second.preorder.contact.phone = Some("+49 30 1234567".into());
    second.preorder.wishes.marketing_consent = MarketingConsent::No;
    second.claims = of_new_preorder(&second.preorder.ordered(), &owner);
    subject.store().initiate(&second).await.unwrap();
    let row = subject.user(&uid("u1")).await.unwrap();
    assert_eq!((row.email, row.email_verified), (Some(an_email(OTHER_ADDRESS)), false));
    assert_eq!(row.display_name.as_deref(), Some("New name"));
    assert_eq!(row.photo_url.as_deref(), Some("https://photos.example/u1"), "what a token leaves out stays");
    assert_eq!(row.phone.as_deref(), Some("+852 5123 4567"), "a form fills gaps only");
    assert!(row.marketing_consent, "a form that doesn't ask takes no consent back");
    assert_eq!(row.last_login_at, Some(t(2)));
}

pub async fn a_sign_in_without_an_address_keeps_the_known_one<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::SignedIn(signed_in("u1", ADDRESS))).await;
    let without = VerifiedUser { email: None, email_verified: false, ..signed_in("u1", ADDRESS) };
    initiate(subject, 2, ADDRESS, Owner::SignedIn(without)).await;
    let row = subject.user(&uid("u1")).await.unwrap();
    assert_eq!((row.email, row.email_verified), (Some(an_email(ADDRESS)), true));
}

pub async fn an_owner_known_by_email_gets_a_row<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::ByEmail(an_account("u1"))).await;
    let row = subject.user(&uid("u1")).await.unwrap();
    assert_eq!((row.email, row.email_verified), (Some(an_email(ADDRESS)), false));
    assert_eq!((row.phone, row.last_login_at), (None, None), "nobody proved that the form is theirs");
    initiate(subject, 2, OTHER_ADDRESS, Owner::ByEmail(Account { email_verified: true, ..an_account("u2") })).await;
    assert!(subject.user(&uid("u2")).await.unwrap().email_verified);
}

pub async fn an_owner_known_by_email_keeps_their_profile<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::SignedIn(signed_in("u1", ADDRESS))).await;
    let before = subject.user(&uid("u1")).await;
    let account = Account { email_verified: true, ..an_account("u1") };
    initiate(subject, 2, OTHER_ADDRESS, Owner::ByEmail(account)).await;
    assert_eq!(subject.user(&uid("u1")).await, before);
    assert_eq!(owner(subject, 2).await.as_deref(), Some("u1"));
}

pub async fn a_verified_owner_takes_over_the_address<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::ByEmail(an_account("u1"))).await;
    initiate(subject, 2, ADDRESS, Owner::SignedIn(signed_in("u2", SAME_ADDRESS))).await;
    assert_eq!(subject.user(&uid("u1")).await.unwrap().email, None);
    let row = subject.user(&uid("u2")).await.unwrap();
    assert_eq!((row.email, row.email_verified), (Some(an_email(SAME_ADDRESS)), true));

    let verified = Account { email_verified: true, ..an_account("u3") };
    initiate(subject, 3, ADDRESS, Owner::ByEmail(verified)).await;
    let row = subject.user(&uid("u2")).await.unwrap();
    assert_eq!((row.email, row.email_verified), (None, false));
    assert_eq!(subject.user(&uid("u3")).await.unwrap().email, Some(an_email(ADDRESS)));
}

pub async fn an_unverified_owner_gets_a_row_without_a_taken_address<S: Subject>(subject: &S) {
    initiate(subject, 1, ADDRESS, Owner::ByEmail(an_account("u1"))).await;
    initiate(subject, 2, SAME_ADDRESS, Owner::ByEmail(an_account("u2"))).await;
    let unverified = VerifiedUser { email_verified: false, ..signed_in("u3", ADDRESS) };
    initiate(subject, 3, ADDRESS, Owner::SignedIn(unverified)).await;
    assert_eq!(subject.user(&uid("u1")).await.unwrap().email, Some(an_email(ADDRESS)));
    for late in ["u2", "u3"] {
        let row = subject.user(&uid(late)).await.unwrap();
        assert_eq!((row.email, row.email_verified), (None, false), "{late}");
    }
}
