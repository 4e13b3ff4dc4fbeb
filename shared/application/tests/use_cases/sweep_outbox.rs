//! Rows that never reached the queue, or were lost in it, are queued again.

use pledge_application::{
    initiate_preorder::{InitiatePreorder, Request},
    recent_refusals::RecentRefusals,
    sweep_outbox::{EXPIRY_GRACE, PATIENCE, SweepOutbox},
};
use pledge_domain::{
    account::Claims,
    ids::OutboxId,
    limits::PreorderLimits,
    ports::{Backlog, Delivery, OutboxStore, PreorderStore},
    user::Owner,
};
use pledge_testkit::{
    FakeIdentity, FakePublisher, InMemoryStore,
    builders::{a_form, a_new_preorder, an_open_session, preorder_id},
    time::t,
};

type Sweep = SweepOutbox<InMemoryStore, FakePublisher>;

/// A number of rounds that is enough for all rows.
const ROUNDS: usize = 20;

/// Returns a sweep whose outbox has this number of rows, the `n`th of which was made at [`t`]`(n)`.
async fn sweep(rows: u32) -> Sweep {
    let store = InMemoryStore::default();
    for n in 1..=rows {
        store.initiate(&a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown)).await.unwrap();
    }
    SweepOutbox { store, queue: FakePublisher::default(), patience: PATIENCE }
}

fn ids(sweep: &Sweep) -> Vec<OutboxId> {
    sweep.store.outbox().iter().map(|row| row.entry.id).collect()
}

#[tokio::test]
async fn what_waits_too_long_is_queued_again() {
    let sweep = sweep(2).await;
    let (old, new) = (ids(&sweep)[0], ids(&sweep)[1]);
    // The first row has waited a second more than five minutes, the second row exactly five minutes.
    let swept = sweep.run(ROUNDS, t(2) + PATIENCE).await.unwrap();
    assert_eq!(swept.requeued, 1);
    assert_eq!(swept.backlog, Backlog { waiting: 2, oldest: Some(t(1)), parked: 0 });
    assert_eq!(sweep.queue.messages(), [vec![old]]);

    // The first row, which was just queued again, is left alone for another five minutes.
    sweep.run(ROUNDS, t(3) + PATIENCE).await.unwrap();
    assert_eq!(sweep.queue.messages(), [vec![old], vec![new]]);
}

#[tokio::test]
async fn what_is_sent_or_parked_is_left_alone() {
    let sweep = sweep(2).await;
    let ids = ids(&sweep);
    let parked = Delivery::Parked { reason: "400".to_owned() };
    sweep.store.settle(&[(ids[0], Delivery::Sent), (ids[1], parked)], t(10)).await.unwrap();
    let swept = sweep.run(ROUNDS, t(10_000)).await.unwrap();
    assert_eq!(swept.requeued, 0);
    assert_eq!(swept.backlog, Backlog { waiting: 0, oldest: None, parked: 1 });
    assert!(sweep.queue.messages().is_empty());
}

#[tokio::test]
async fn an_event_that_the_queue_never_took_is_found() {
    let store = InMemoryStore::default();
    let queue = FakePublisher::default();
    queue.fail_next();
    let initiate = InitiatePreorder {
        store: store.clone(),
        identity: FakeIdentity::default(),
        queue,
        limits: PreorderLimits::default(),
        refused: RecentRefusals::default(),
    };
    let request = Request {
        form: a_form("reader@example.com"),
        signed_in: None,
        idempotency_key: None,
        is_plain_form: false,
        source: None,
    };
    initiate.run(request, preorder_id(1).as_uuid(), t(0)).await.unwrap().queued.unwrap_err();

    let sweep = SweepOutbox { store, queue: FakePublisher::default(), patience: PATIENCE };
    sweep.run(ROUNDS, t(1) + PATIENCE).await.unwrap();
    assert_eq!(sweep.queue.messages(), [ids(&sweep)]);
}

#[tokio::test]
async fn preorders_whose_expiry_nobody_told_are_counted() {
    let sweep = sweep(1).await;
    let open = an_open_session("cs_1");
    sweep.store.save_checkout(preorder_id(1), 1, Some(&open), &Claims::default(), t(10)).await.unwrap();
    let due = open.expires_at + EXPIRY_GRACE;
    assert_eq!(sweep.run(ROUNDS, due).await.unwrap().stuck, 0);
    assert_eq!(sweep.run(ROUNDS, due + time::Duration::seconds(1)).await.unwrap().stuck, 1);
}

#[tokio::test]
async fn a_long_backlog_is_taken_in_rounds_and_every_row_once() {
    let sweep = sweep(1_100).await;
    let swept = sweep.run(ROUNDS, t(10_000)).await.unwrap();
    assert_eq!(swept.requeued, 1_100);
    let rounds: Vec<_> = sweep.queue.messages().iter().map(Vec::len).collect();
    assert_eq!(rounds, [500, 500, 100]);
    assert_eq!(sweep.queue.messages().concat(), ids(&sweep));
}

#[tokio::test]
async fn one_sweep_takes_no_more_rounds_than_it_may() {
    let sweep = sweep(1_100).await;
    let swept = sweep.run(2, t(10_000)).await.unwrap();
    assert_eq!((swept.requeued, swept.backlog.waiting), (1_000, 1_100));
}

#[tokio::test]
async fn what_could_not_be_queued_is_found_by_a_later_sweep() {
    let sweep = sweep(1).await;
    sweep.queue.fail_next();
    let swept = sweep.run(ROUNDS, t(1_000)).await.unwrap();
    assert!(swept.queued.is_err());
    assert_eq!((swept.requeued, swept.backlog.waiting), (0, 1), "what waits is counted");
    assert_eq!(sweep.run(ROUNDS, t(1_001) + PATIENCE).await.unwrap().requeued, 1);
}
