//! [`PreorderStore`](pledge_domain::ports::PreorderStore).
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::{Claims, of_found_account, of_linked_account, of_new_preorder},
    consent::MarketingConsent,
    ids::SessionId,
    limits::{Limit, PreorderLimits, Source},
    ports::{CheckoutSaved, LimitedError, OutboxStore, PreorderStore},
    preorder::{Preorder, Session, SessionState, Status},
    user::{Account, Owner, VerifiedUser},
};

use crate::{
    Deliver,
    builders::{
        a_new_preorder, a_new_preorder_with_consent, an_account, an_email, an_open_session, preorder_id, session_paid,
        signed_in, uid,
    },
    contract::Subject,
    time::t,
};

const ADDRESS: &str = "Reader@example.com";
const SAME_ADDRESS: &str = "reader@EXAMPLE.com";
const OTHER_ADDRESS: &str = "other@example.com";

/// Stores the `n`th preorder.
async fn initiate(subject: &impl Subject, n: u32, email: &str, owner: Owner) -> Preorder {
    subject.store().initiate(&a_new_preorder(n, email, owner)).await.unwrap()
}

/// Returns the uid of the `n`th preorder's owner.
async fn owner(subject: &impl Subject, n: u32) -> Option<String> {
    subject.preorder(preorder_id(n)).await.user_id.map(String::from)
}

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

pub async fn what_is_not_there_is_none<S: Subject>(subject: &S) {
    assert_eq!(subject.store().find(preorder_id(1)).await.unwrap(), None);
}

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

pub async fn a_preorder_is_stuck_when_its_session_expired_unheard<S: Subject>(subject: &S) {
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

/// Stores the `n`th preorder, of which there may be three an hour from one source and two for one address. Returns whether
/// it was stored; if not, checks that it said when to come again.
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

pub async fn whoever_used_up_their_own_uses_up_nobody_elses<S: Subject>(subject: &S) {
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

pub async fn what_is_forgotten_limited_nobody<S: Subject>(subject: &S) {
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
