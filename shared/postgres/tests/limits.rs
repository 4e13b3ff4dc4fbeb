//! Limits on a real server: many requests at once, and the data that is stored about their senders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    limits::{Limit, PreorderLimits, Source},
    ports::{LimitedError, PreorderStore},
    user::Owner,
};
use pledge_testkit::{builders::a_new_preorder, time::t};
use support::PostgresStore;
use tokio::task::JoinSet;

const LIMITS: fn() -> PreorderLimits =
    || PreorderLimits { per_source: Limit::per_hour(5), per_address: Limit::per_hour(5) };

/// Sends forms, each with its source and address, all at once, and returns how many were stored.
async fn flood(subject: &PostgresStore, forms: impl IntoIterator<Item = (String, String)>) -> usize {
    let mut sent = JoinSet::new();
    for (n, (source, email)) in (1..).zip(forms) {
        let store = subject.store.clone();
        sent.spawn(async move {
            let mut new = a_new_preorder(n, &email, Owner::Unknown);
            new.preorder.created_at = t(0);
            let source = Source::new(source.parse().unwrap());
            new.uses = LIMITS().uses(Some(&source), &new.preorder.email, false);
            match store.initiate(&new).await {
                Ok(_) => 1,
                Err(LimitedError::TooMany(_)) => 0,
                Err(LimitedError::Store(error)) => panic!("{error:?}"),
            }
        });
    }
    sent.join_all().await.into_iter().sum()
}

#[tokio::test]
async fn of_many_at_once_exactly_so_many_are_stored_and_none_waits_for_another_in_a_circle() {
    let subject = PostgresStore::with_connections(8).await;
    let (source, address) = ("192.0.2.1".to_owned(), |n: usize| format!("reader-{n}@example.com"));
    assert_eq!(flood(&subject, (0..40).map(|n| (source.clone(), address(n)))).await, 5, "one source");

    let subject = PostgresStore::with_connections(8).await;
    let crossed = (0..80).map(|n| (format!("192.0.2.{}", n % 8), address(n / 8 % 4)));
    assert_eq!(flood(&subject, crossed).await, 4 * 5, "eight sources, which may have forty, and four addresses");
    assert_eq!(subject.count("select count(*) from preorders").await, 20);
}

#[tokio::test]
async fn a_flood_from_one_source_leaves_others_served() {
    let subject = PostgresStore::with_connections(8).await;
    let one = (0..100).map(|n| ("192.0.2.1".to_owned(), format!("flood-{n}@example.com")));
    let other = |n: usize| (format!("198.51.100.{n}"), format!("reader-{n}@example.com"));
    // After every fifth request of the flood comes one from another source.
    let mixed = one.enumerate().flat_map(|(n, form)| [form].into_iter().chain((n % 5 == 4).then(|| other(n))));
    assert_eq!(flood(&subject, mixed).await, 5 + 20);
}

#[tokio::test]
async fn nothing_that_is_stored_says_who_it_was_and_the_next_day_nobody_can_find_out() {
    let subject = PostgresStore::fresh().await;
    let ada = || [("192.0.2.1".to_owned(), "ada@example.com".to_owned())];
    flood(&subject, ada()).await;
    let rows = "select string_agg(encode(key, 'escape'), ' ') from limit_use";
    let text: String = subject.tables.query_one(rows, &[]).await.unwrap().get(0);
    assert!(!text.contains("192.0.2.1") && !text.contains("example.com"), "{text}");
    let unsalted = "select count(*) from limit_use where key = sha256('source 192.0.2.1')";
    assert_eq!(subject.count(unsalted).await, 0);

    let salt =
        async || -> String { subject.tables.query_one("select salt from limit_salt", &[]).await.unwrap().get(0) };
    let first = salt().await;
    subject.tables.batch_execute("update limit_salt set day = '2001-01-01'").await.unwrap();
    subject.store.forget_uses(t(1)).await.unwrap();
    let second = salt().await;
    assert_ne!(second, first);
    subject.store.forget_uses(t(2)).await.unwrap();
    assert_eq!(salt().await, second, "once a day");
    assert_eq!(subject.count("select count(*) from limit_use").await, 2, "what limits somebody yet");
    subject.store.forget_uses(t(3601)).await.unwrap();
    assert_eq!(subject.count("select count(*) from limit_use").await, 0);
}
