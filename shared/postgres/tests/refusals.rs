//! Events whose effects the database refuses for good wait for a person.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_domain::{
    champion::moment::DEFAULT_RENEWAL_GRACE,
    decide::{Outcome, Recorded},
    ports::{PreorderStore, StoreError},
    preorder::Status,
    user::Owner,
};
use pledge_testkit::{
    Deliver, FakePublisher,
    builders::{a_new_preorder, preorder_id, session_paid},
    contract::Subject,
    time::t,
};
use support::PostgresStore;

async fn with_a_preorder() -> PostgresStore {
    let subject = PostgresStore::fresh().await;
    subject.store.initiate(&a_new_preorder(1, "reader@example.com", Owner::Unknown)).await.unwrap();
    subject
}

#[tokio::test]
async fn an_event_with_refused_effects_is_parked_and_can_be_decided_anew() {
    let subject = with_a_preorder().await;
    let strict = "alter table preorders add constraint never_completed check (status <> 'completed')";
    subject.tables.batch_execute(strict).await.unwrap();
    let event = session_paid("evt_1", &subject.preorder(preorder_id(1)).await);

    let record = RecordStripeEvent {
        store: subject.store.clone(),
        queue: FakePublisher::default(),
        livemode: false,
        deployment: "local".to_owned(),
        renewal_grace: DEFAULT_RENEWAL_GRACE,
    };
    let recorded = record.run(&event, t(60)).await.unwrap().recorded;
    let Recorded::Now { outcome: Outcome::Parked { reason }, announcements } = recorded else { panic!("{recorded:?}") };
    assert_eq!((reason.as_str(), announcements.len()), ("the database refused: SQLSTATE 23514 never_completed", 0));
    assert_eq!(subject.preorder(preorder_id(1)).await.status, Status::Initiated);
    assert_eq!(record.run(&event, t(61)).await.unwrap().recorded, Recorded::Before);
    assert_eq!(subject.count("select count(*) from stripe_event where outcome = 'parked'").await, 1);

    subject.tables.batch_execute("alter table preorders drop constraint never_completed").await.unwrap();
    let anew = record.decide_anew(&event, t(62)).await.unwrap().recorded;
    assert!(matches!(anew, Recorded::Now { outcome: Outcome::Applied, .. }), "{anew:?}");
    assert_eq!(subject.preorder(preorder_id(1)).await.status, Status::Completed);
}

/// The failure is that of a missing migration and not of the event, so Stripe has to deliver the event again.
#[tokio::test]
async fn a_statement_that_the_server_does_not_take_parks_nothing() {
    let subject = with_a_preorder().await;
    let event = session_paid("evt_1", &subject.preorder(preorder_id(1)).await);
    subject.tables.batch_execute("alter table stripe_payment rename to elsewhere").await.unwrap();
    assert!(matches!(subject.store.deliver(&event, t(60)).await, Err(StoreError::Internal(_))));
    assert_eq!(subject.count("select count(*) from stripe_event").await, 0);
}
