//! The roll writes in rounds what time alone changes, until its time is used up.

use std::sync::atomic::{AtomicI64, Ordering};

use pledge_application::roll_champions::{BUDGET, RollChampions};
use pledge_domain::{
    Timestamp,
    account::sign_in,
    champion::moment::DEFAULT_RENEWAL_GRACE,
    limits::Uses,
    ports::{ChampionStore, Clock},
};
use pledge_testkit::{
    Deliver, FakePublisher, FixedClock, InMemoryStore,
    builders::{champion, metadata, purchase_paid, signed_in, tiers},
    time::t,
};
use time::Duration;

/// The second at which the readers' 30 days are over.
const END: i64 = 30 * 86_400;

/// Returns a roll of the access of so many readers, which is due at [`END`].
async fn roll(readers: usize) -> RollChampions<InMemoryStore, FakePublisher> {
    let store = InMemoryStore::default();
    store.open_novel(tiers());
    for n in 1..=readers {
        let (reader, intent) = (format!("reader-{n}"), format!("pi_{n}"));
        let claims = sign_in(&signed_in(&reader, &format!("{reader}@example.com")));
        store.sign_in(&claims, &Uses::default(), t(0)).await.unwrap();
        let bought = purchase_paid(&format!("evt_{n}"), &intent, Some(metadata(&champion(&reader), 2, None)), t(0));
        store.deliver(&bought, t(0)).await.unwrap();
    }
    RollChampions { store, queue: FakePublisher::default(), renewal_grace: DEFAULT_RENEWAL_GRACE }
}

/// A clock that is half a roll's budget later each time that it is read.
struct SlowRounds(AtomicI64);

impl Clock for SlowRounds {
    fn now(&self) -> Timestamp {
        t(END) + BUDGET / 2 * i32::try_from(self.0.fetch_add(1, Ordering::Relaxed)).unwrap()
    }
}

#[tokio::test]
async fn everything_that_is_due_is_rolled_once() {
    let roll = roll(120).await;
    let before = FixedClock::at(t(END) - Duration::seconds(1));
    assert_eq!(roll.run(&before).await.unwrap().rows, 0);
    let clock = FixedClock::at(t(END));
    assert_eq!(roll.run(&clock).await.unwrap().rows, 120);
    assert_eq!(roll.run(&clock).await.unwrap().rows, 0);
}

#[tokio::test]
async fn what_is_due_when_the_time_is_used_up_is_left_to_the_next_roll() {
    let roll = roll(120).await;
    let slow = SlowRounds(AtomicI64::new(0));
    assert_eq!(roll.run(&slow).await.unwrap().rows, 50, "one round begins in time");
    assert_eq!(roll.run(&FixedClock::at(slow.now())).await.unwrap().rows, 70);
}

#[tokio::test]
async fn access_does_not_wait_for_the_queue() {
    let roll = roll(120).await;
    roll.queue.fail_next();
    let rolled = roll.run(&FixedClock::at(t(END) + Duration::days(4))).await.unwrap();
    assert_eq!(rolled.rows, 120, "also what comes after the messages that the queue refused");
    assert!(rolled.queued.is_err());
}
