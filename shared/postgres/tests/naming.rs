//! Statements that are prepared late, and statements that a migration has changed since.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    decide::Recorded,
    ports::{LimitedError, PreorderStore, StoreError},
    preorder::Status,
    user::Owner,
};
use pledge_faults::{COUNTING, FailureMode, Setup, TcpProxy};
use pledge_postgres::prepared;
use pledge_testkit::{
    Deliver,
    builders::{a_new_preorder, preorder_id, session_paid},
    contract::Subject,
    time::t,
};
use support::PostgresStore;

/// The round trips of an event on a connection that has prepared only `begin` and `commit`: opening it takes two, and
/// before each of the event's own two comes one that prepares statements.
const PREPARE_READS: usize = 2;
const PREPARE_WRITES: usize = 4;
const WRITE_AND_COMMIT: usize = 5;

#[tokio::test]
async fn what_is_prepared_in_the_middle_of_a_transaction_is_not_overtaken_by_its_commit() {
    for (trip, mode, is_recorded) in [
        (PREPARE_READS, FailureMode::AnswerLost, false),
        (PREPARE_WRITES, FailureMode::Refused, false),
        (PREPARE_WRITES, FailureMode::AnswerLost, false),
        (WRITE_AND_COMMIT, FailureMode::Refused, false),
        (WRITE_AND_COMMIT, FailureMode::AnswerLost, true),
    ] {
        let subject = PostgresStore::fresh().await;
        subject.store.initiate(&a_new_preorder(1, "reader@example.com", Owner::Unknown)).await.unwrap();
        let proxy = TcpProxy::start(subject.database.address(), Setup { latency: COUNTING, ..Setup::default() }).await;
        let store = support::store_preparing(&[], "named", &subject.database.url_through(proxy.address()), 1);
        let event = session_paid("evt_1", &subject.preorder(preorder_id(1)).await);
        proxy.fail_at(trip, mode);
        let failed = store.deliver(&event, t(60)).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{mode:?} at {trip}: {failed:?}");

        // Either everything was written or nothing. The second delivery waits for a lock, which is free once the server has
        // ended the first transaction.
        let again = store.deliver(&event, t(61)).await.unwrap();
        assert_eq!(again == Recorded::Before, is_recorded, "{mode:?} at {trip}: {again:?}");
        assert_eq!(subject.preorder(preorder_id(1)).await.status, Status::Completed);
        assert_eq!(subject.count("select count(*) from outbox").await, 2, "{mode:?} at {trip}");
    }
}

#[tokio::test]
async fn a_refused_write_takes_back_what_was_prepared_and_sent_before_it() {
    let subject = PostgresStore::fresh().await;
    let store = support::store_preparing(&[], "named", &subject.database.url(), 1);
    let mut new = a_new_preorder(1, "reader@example.com", Owner::Unknown);
    new.preorder.checkout_attempt = -1;
    assert!(matches!(store.initiate(&new).await, Err(LimitedError::Store(StoreError::Rejected(_)))));
    for table in ["preorders", "outbox", "users"] {
        assert_eq!(subject.count(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_migration_that_changes_a_result_is_not_noticed() {
    let subject = PostgresStore::fresh().await;
    let store = support::store_preparing(prepared::ALL, "named", &subject.database.url(), 1);
    let id = preorder_id(1);
    store.initiate(&a_new_preorder(1, "reader@example.com", Owner::Unknown)).await.unwrap();
    let before = store.find(id).await.unwrap().expect("it was stored");
    let event = session_paid("evt_1", &before);
    for change in ["alter table preorders alter color type varchar(40)", "alter table preorders alter color type text"]
    {
        subject.tables.batch_execute(change).await.unwrap();
        assert_eq!(store.find(id).await.unwrap(), Some(before.clone()), "{change}");
    }
    subject.tables.batch_execute("alter table preorders alter city type varchar(400)").await.unwrap();
    assert!(matches!(store.deliver(&event, t(60)).await.unwrap(), Recorded::Now { .. }), "in a transaction too");
    assert_eq!(subject.count("select count(*) from outbox").await, 2);
}
