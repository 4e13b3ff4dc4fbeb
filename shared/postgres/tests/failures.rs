//! Connections that break, servers that don't answer, and calls that are given up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use std::{error::Error, time::Duration};

use pledge_domain::{
    account::Claims,
    decide::Recorded,
    ports::{LimitedError, PreorderStore, StoreError},
    preorder::Status,
    user::Owner,
};
use pledge_faults::{COUNTING, FailureMode, LinkState, Setup, TcpProxy};
use pledge_postgres::Database;
use pledge_testkit::{
    Deliver,
    builders::{a_new_preorder, preorder_id, session_paid},
    contract::Subject,
    time::t,
};
use support::PostgresStore;
use tokio::time::{Instant, sleep, timeout};

/// Returns a store whose only connection runs through a proxy, with one preorder in it.
async fn behind_a_proxy() -> (PostgresStore, TcpProxy, Database) {
    let subject = PostgresStore::fresh().await;
    subject.store.initiate(&a_new_preorder(1, "reader@example.com", Owner::Unknown)).await.unwrap();
    let setup = Setup { latency: COUNTING, ..Setup::default() };
    let proxy = TcpProxy::start(subject.database.address(), setup).await;
    let store = support::store(&subject.database.url_through(proxy.address()), 1);
    (subject, proxy, store)
}

/// Waits until no transaction is open on the server.
async fn until_nothing_is_open(subject: &PostgresStore) {
    let open = "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null \
                and pid <> pg_backend_pid()";
    let patience = timeout(Duration::from_secs(5), async {
        while subject.count(open).await > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    });
    patience.await.expect("a transaction stays open");
}

async fn assert_nothing_is_recorded(subject: &PostgresStore) {
    assert_eq!(subject.preorder(preorder_id(1)).await.status, Status::Initiated);
    assert_eq!(subject.count("select count(*) from stripe_event").await, 0);
    assert_eq!(subject.count("select count(*) from outbox").await, 1);
}

/// Returns the number of the round trip that locks and reads. The first connection is fresh, so its trips are: opening
/// it, lock and read, write and commit.
fn lock_and_read() -> usize {
    support::opening()
}

fn write_and_commit() -> usize {
    lock_and_read() + 1
}

/// Checks the counts that the failures below rely on.
#[tokio::test]
async fn opening_a_connection_without_tls_and_password_takes_one_round_trip_and_preparing_on_it_another() {
    let (_subject, proxy, store) = behind_a_proxy().await;
    store.warm_up().await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, lock_and_read());
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_commit_leaves_nothing() {
    for (trip, mode) in [
        (lock_and_read(), FailureMode::Refused),
        (lock_and_read(), FailureMode::AnswerLost),
        (write_and_commit(), FailureMode::Refused),
    ] {
        let (subject, proxy, store) = behind_a_proxy().await;
        let event = session_paid("evt_1", &subject.preorder(preorder_id(1)).await);
        proxy.fail_at(trip, mode);
        let failed = store.deliver(&event, t(60)).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{mode:?} at {trip}: {failed:?}");
        until_nothing_is_open(&subject).await;
        assert_nothing_is_recorded(&subject).await;
        let again = store.deliver(&event, t(61)).await.unwrap();
        assert!(matches!(again, Recorded::Now { .. }), "{mode:?} at {trip}: Stripe's retry counts");
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_commit_counts_once() {
    let (subject, proxy, store) = behind_a_proxy().await;
    let event = session_paid("evt_1", &subject.preorder(preorder_id(1)).await);
    proxy.fail_at(write_and_commit(), FailureMode::AnswerLost);
    let failed = store.deliver(&event, t(60)).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    until_nothing_is_open(&subject).await;
    assert_eq!(store.deliver(&event, t(61)).await.unwrap(), Recorded::Before);
    assert_eq!(subject.preorder(preorder_id(1)).await.status, Status::Completed);
    assert_eq!(subject.count("select count(*) from outbox").await, 2);
}

#[tokio::test]
async fn a_call_that_is_given_up_between_its_round_trips_leaves_nothing() {
    let (subject, proxy, store) = behind_a_proxy().await;
    store.warm_up().await.unwrap();
    proxy.take_counts();
    let event = session_paid("evt_1", &subject.preorder(preorder_id(1)).await);
    let open = "select count(*) from pg_stat_activity where datname = current_database() \
                and state = 'idle in transaction'";
    let given_up = async { while subject.count(open).await == 0 {} };
    tokio::select! {
        recorded = store.deliver(&event, t(60)) => panic!("{recorded:?} before the transaction was seen open"),
        () = given_up => {}
    }
    until_nothing_is_open(&subject).await;
    assert_nothing_is_recorded(&subject).await;
    assert!(matches!(store.deliver(&event, t(61)).await.unwrap(), Recorded::Now { .. }));
    assert_eq!(proxy.take_counts().connections, 1, "the connection that was given up isn't used again");
}

#[tokio::test]
async fn a_pooled_connection_that_died_is_replaced_without_notice() {
    let (subject, proxy, store) = behind_a_proxy().await;
    let event = session_paid("evt_1", &subject.preorder(preorder_id(1)).await);
    store.find(preorder_id(1)).await.unwrap();
    // The connection dies while no call uses it.
    proxy.break_connections();
    assert!(matches!(store.deliver(&event, t(60)).await.unwrap(), Recorded::Now { .. }));
    proxy.fail_at(0, FailureMode::AnswerLost);
    assert!(store.find(preorder_id(1)).await.unwrap().is_some());
    proxy.fail_at(1, FailureMode::Refused);
    assert_eq!(store.deliver(&event, t(61)).await.unwrap(), Recorded::Before, "also between two round trips");
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable_at_once() {
    let store = support::store("postgres://nobody@127.0.0.1:1/nowhere", 1);
    let started = Instant::now();
    let failed = store.find(preorder_id(1)).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_server_that_accepts_and_is_silent_is_unavailable_soon() {
    let (_subject, proxy, store) = behind_a_proxy().await;
    proxy.set(LinkState::Silent);
    let started = Instant::now();
    let failed = store.find(preorder_id(1)).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_row_that_stays_locked_is_unavailable_and_not_waited_for_forever() {
    let (subject, _proxy, store) = behind_a_proxy().await;
    subject.tables.batch_execute("begin; select 1 from preorders for update").await.unwrap();
    let started = Instant::now();
    let failed = store.save_checkout(preorder_id(1), 1, None, &Claims::default(), t(60)).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn what_the_server_refuses_is_told_without_what_the_row_holds() {
    let subject = PostgresStore::fresh().await;
    let mut new = a_new_preorder(1, "reader@example.com", Owner::Unknown);
    new.preorder.checkout_attempt = -1;
    let Err(LimitedError::Store(StoreError::Rejected(cause))) = subject.store.initiate(&new).await else {
        panic!("must be refused")
    };
    let mut told = format!("{cause} {cause:?}");
    let mut next: Option<&dyn Error> = cause.source();
    while let Some(error) = next {
        told += &format!(" {error} {error:?}");
        next = error.source();
    }
    assert!(told.contains("23514") && told.contains("preorders_checkout_attempt_check"), "{told}");
    assert!(!told.contains("reader@"), "{told}");
    assert_eq!(subject.count("select count(*) from outbox").await, 0, "what was sent along with it has no effect");
}
