//! The round trips of each method on a warm connection.

mod support;

use pledge_domain::{
    account::{of_found_account, of_linked_account},
    decide::Recorded,
    limits::{Limit, PreorderLimits, Source},
    ports::{Delivery, OutboxStore, PreorderStore},
    user::Owner,
};
use pledge_faults::{COUNTING, Setup, TcpProxy};
use pledge_testkit::{
    Deliver, TestDatabase,
    builders::{a_new_preorder, an_account, an_open_session, refund, session_paid, signed_in},
    time::t,
};

#[tokio::test]
async fn recording_an_event_takes_two_round_trips_and_everything_else_one() {
    let database = TestDatabase::new().await;
    let proxy = TcpProxy::start(database.address(), Setup { latency: COUNTING, ..Setup::default() }).await;
    let store = support::store(&database.url_through(proxy.address()), 1);
    store.warm_up().await.unwrap();
    assert_eq!(proxy.take_counts().connections, 1);

    let new = a_new_preorder(1, "reader@example.com", Owner::SignedIn(signed_in("u1", "reader@example.com")));
    let preorder = store.initiate(&new).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "initiate");
    store.initiate(&a_new_preorder(2, "other@example.com", Owner::ByEmail(an_account("u2")))).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "initiate by e-mail");
    let limits = PreorderLimits { per_source: Limit::per_hour(1), per_address: Limit::per_hour(1) };
    let source = Source::new("192.0.2.1".parse().unwrap());
    for n in 3..=4 {
        let mut new = a_new_preorder(n, "limited@example.com", Owner::Unknown);
        new.uses = limits.uses(Some(&source), &new.preorder.email, false);
        assert_eq!(store.initiate(&new).await.is_ok(), n == 3);
        let counts = proxy.take_counts();
        assert_eq!((counts.round_trips, counts.connections), (1, 0), "initiate, limited");
    }
    store.forget_uses(t(9)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "forget_uses");
    store.find(preorder.id).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "find");
    let session = an_open_session("cs_1");
    let found = of_found_account(&preorder.ordered(), &an_account("u1"));
    for (attempt, outcome) in [(1, "saved"), (1, "lost race")] {
        store.save_checkout(preorder.id, attempt, Some(&session), &found, t(2)).await.unwrap();
        assert_eq!(proxy.take_counts().round_trips, 1, "save_checkout, {outcome}");
    }
    store.without_owner(None, 10).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "without_owner");
    store.claim(&of_linked_account(&preorder.ordered(), &an_account("u3")), t(2)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "claim");
    store.stuck(t(60)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "stuck");

    for event in [session_paid("evt_1", &preorder), refund("evt_2", &preorder, 1999)] {
        assert!(matches!(store.deliver(&event, t(60)).await.unwrap(), Recorded::Now { .. }));
        assert_eq!(proxy.take_counts().round_trips, 2, "record, {}", event.kind);
    }
    assert_eq!(store.deliver(&session_paid("evt_1", &preorder), t(61)).await.unwrap(), Recorded::Before);
    assert_eq!(proxy.take_counts().round_trips, 2, "record, known: one and the rollback");

    let id = new.started.id;
    store.unsent(&[id], t(62)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "unsent");
    store.settle(&[(id, Delivery::Sent)], t(62)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "settle");
    store.take_overdue(t(100), t(100), 10).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "take_overdue");
    store.backlog().await.unwrap();
    let last = proxy.take_counts();
    assert_eq!((last.round_trips, last.connections), (1, 0), "backlog, on the connection of the first call");
}
