//! Calls on a real server, many at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use std::future::Future;

use pledge_domain::{
    account::{Claims, of_found_account},
    decide::Recorded,
    ports::{CheckoutSaved, OutboxStore, PreorderStore},
    preorder::{Preorder, Status},
    stripe::StripeEvent,
    user::{Owner, VerifiedUser},
};
use pledge_testkit::{
    Deliver,
    builders::{
        a_new_preorder, a_preorder, an_account, an_open_session, card_refused, dispute, preorder_id, refund,
        session_expired, session_paid, signed_in,
    },
    contract::Subject,
    time::t,
};
use support::PostgresStore;
use tokio::task::JoinSet;

/// Runs all calls at once and returns their results.
async fn at_once<T, F>(calls: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    calls.into_iter().collect::<JoinSet<_>>().join_all().await
}

async fn initiated(subject: &PostgresStore) -> Preorder {
    subject.store.initiate(&a_new_preorder(1, "reader@example.com", Owner::Unknown)).await.unwrap()
}

async fn record_all(subject: &PostgresStore, events: Vec<StripeEvent>) -> Vec<Recorded> {
    at_once(events.into_iter().map(|event| {
        let store = subject.store.clone();
        async move { store.deliver(&event, t(100)).await.unwrap() }
    }))
    .await
}

#[tokio::test]
async fn an_event_that_is_delivered_twenty_times_at_once_counts_once() {
    let subject = PostgresStore::with_connections(20).await;
    let preorder = initiated(&subject).await;
    let recorded = record_all(&subject, vec![session_paid("evt_1", &preorder); 20]).await;
    assert_eq!(recorded.iter().filter(|recorded| matches!(recorded, Recorded::Now { .. })).count(), 1);
    assert_eq!(subject.store.backlog().await.unwrap().waiting, 2, "started and success, once each");
}

#[tokio::test]
async fn an_event_without_keys_that_is_delivered_twice_at_once_is_recorded_once() {
    use pledge_domain::stripe::Fact;
    let subject = PostgresStore::with_connections(10).await;
    let event = pledge_testkit::builders::event("evt_1", "customer.created", Fact::Ignored { reason: "not for us" });
    let recorded = record_all(&subject, vec![event; 10]).await;
    assert_eq!(recorded.iter().filter(|recorded| matches!(recorded, Recorded::Now { .. })).count(), 1);
}

#[tokio::test]
async fn everything_about_a_payment_at_once_converges() {
    let subject = PostgresStore::with_connections(16).await;
    for round in 1..=20 {
        let email = format!("reader-{round}@example.com");
        let new = a_new_preorder(round, &email, Owner::Unknown);
        // In every other round, the payment finds no preorder.
        let preorder = if round % 2 == 0 { subject.store.initiate(&new).await.unwrap() } else { new.preorder };
        let mut events = Vec::new();
        for copy in ["a", "a", "b"] {
            let id = |kind: &str| format!("evt_{kind}_{round}_{copy}");
            events.extend([
                session_paid(&id("paid"), &preorder),
                refund(&id("refund"), &preorder, 1999),
                dispute(&id("dispute"), &preorder, "needs_response"),
                card_refused(&id("refused"), &preorder),
            ]);
        }
        let turn = usize::try_from(round).unwrap() % events.len();
        events.rotate_left(turn);
        record_all(&subject, events).await;
        let after = subject.preorder(preorder.id).await;
        let payment = after.payment.unwrap();
        assert_eq!((after.status, payment.refunded), (Status::Refunded, 1999), "round {round}");
        assert_eq!(payment.dispute.as_deref(), Some("needs_response"), "round {round}");
    }
    let keys = "select count(*) from outbox where metric in ('preorder_success', 'preorder_refunded')";
    assert_eq!(subject.count(keys).await, 40, "one of each for every payment");
}

#[tokio::test]
async fn fifty_requests_for_one_preorder_make_one() {
    let subject = PostgresStore::with_connections(25).await;
    let stored = at_once((0..50).map(|n: u32| {
        let store = subject.store.clone();
        // The same person sends the form signed in and not.
        let owner = match n % 3 {
            0 => Owner::SignedIn(signed_in("u1", "reader@example.com")),
            1 => Owner::ByEmail(an_account("u1")),
            _ => Owner::Unknown,
        };
        async move { store.initiate(&a_new_preorder(1, "reader@example.com", owner)).await.unwrap() }
    }))
    .await;
    assert!(stored.iter().all(|preorder| preorder.id == preorder_id(1)));
    assert_eq!(subject.count("select count(*) from preorders").await, 1);
    assert_eq!(subject.count("select count(*) from outbox").await, 1);
    assert_eq!(subject.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn many_people_with_one_address_leave_it_with_one_of_them() {
    let subject = PostgresStore::with_connections(20).await;
    let results = at_once((1..=40).map(|n: u32| {
        let store = subject.store.clone();
        let user = VerifiedUser { email_verified: false, ..signed_in(&format!("u{n}"), "reader@example.com") };
        async move { store.initiate(&a_new_preorder(n, "reader@example.com", Owner::SignedIn(user))).await }
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 0, "{results:?}");
    assert_eq!(subject.count("select count(*) from users").await, 40);
    assert_eq!(subject.count("select count(*) from users where email is not null").await, 1);
}

#[tokio::test]
async fn one_of_many_checkouts_of_an_attempt_wins() {
    let subject = PostgresStore::with_connections(20).await;
    let id = initiated(&subject).await.id;
    let results = at_once((0..20).map(|n| {
        let store = subject.store.clone();
        async move {
            let session = an_open_session(&format!("cs_{n}"));
            (session.id.clone(), store.save_checkout(id, 1, Some(&session), &Claims::default(), t(10)).await.unwrap())
        }
    }))
    .await;
    let winners: Vec<_> = results.iter().filter(|(_, saved)| *saved == CheckoutSaved::Saved).collect();
    assert_eq!(winners.len(), 1);
    let current = subject.preorder(id).await;
    assert_eq!(current.session.as_ref().map(|session| &session.id), Some(&winners[0].0));
    for (_, saved) in &results {
        if let CheckoutSaved::LostRace(seen) = saved {
            assert_eq!(**seen, current, "who loses learns who won");
        }
    }
}

#[tokio::test]
async fn a_payment_and_a_checkout_at_once_keep_the_payment() {
    let subject = PostgresStore::with_connections(4).await;
    for round in 1..=20 {
        let new = a_new_preorder(round, "reader@example.com", Owner::Unknown);
        let preorder = subject.store.initiate(&new).await.unwrap();
        let session = an_open_session(&format!("cs_{round}"));
        let owner = of_found_account(&preorder.ordered(), &an_account("u1"));
        let event = session_paid(&format!("evt_{round}"), &preorder);
        let (recorded, saved) = tokio::join!(
            subject.store.deliver(&event, t(60)),
            subject.store.save_checkout(preorder.id, 1, Some(&session), &owner, t(60)),
        );
        recorded.unwrap();
        saved.unwrap();
        let after = subject.preorder(preorder.id).await;
        assert_eq!(after.status, Status::Completed);
        assert_eq!(after.user_id.map(String::from).as_deref(), Some("u1"), "a late owner isn't lost either");
    }
}

#[tokio::test]
async fn the_payment_of_an_unknown_preorder_and_its_form_at_once_are_one_preorder() {
    let subject = PostgresStore::with_connections(4).await;
    for round in 1..=20 {
        let new = a_new_preorder(round, "reader@example.com", Owner::Unknown);
        let event = session_paid(&format!("evt_{round}"), &a_preorder(round));
        let (initiated, recorded) = tokio::join!(subject.store.initiate(&new), subject.store.deliver(&event, t(60)));
        initiated.unwrap();
        assert!(matches!(recorded.unwrap(), Recorded::Now { .. }));
        assert_eq!(subject.preorder(new.preorder.id).await.status, Status::Completed);
    }
}

#[tokio::test]
async fn two_sweeps_at_once_take_different_rows() {
    let subject = PostgresStore::with_connections(4).await;
    for n in 1..=20 {
        subject.store.initiate(&a_new_preorder(n, "reader@example.com", Owner::Unknown)).await.unwrap();
    }
    let taken = at_once((0..4).map(|_| {
        let store = subject.store.clone();
        async move { store.take_overdue(t(50), t(60), 10).await.unwrap() }
    }))
    .await;
    let mut all: Vec<_> = taken.into_iter().flatten().collect();
    let taken = all.len();
    all.sort();
    all.dedup();
    assert_eq!((taken, all.len()), (20, 20));
}

#[tokio::test]
async fn an_expiry_and_a_late_payment_at_once_end_paid() {
    let subject = PostgresStore::with_connections(4).await;
    for round in 1..=20 {
        let preorder = subject.store.initiate(&a_new_preorder(round, "r@example.com", Owner::Unknown)).await.unwrap();
        let id = |kind: &str| format!("evt_{kind}_{round}");
        let events = vec![session_expired(&id("expired"), &preorder), session_paid(&id("paid"), &preorder)];
        record_all(&subject, events).await;
        assert_eq!(subject.preorder(preorder.id).await.status, Status::Completed);
    }
}
