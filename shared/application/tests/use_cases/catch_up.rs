//! Events that were never delivered are fetched and recorded once, even if a catch-up ends early.

use pledge_application::{
    catch_up::{BUDGET, CatchUp, CaughtUp, LISTED, OVERLAP, Stopped, YOUNG},
    record_stripe_event::RecordStripeEvent,
};
use pledge_domain::{
    Timestamp,
    champion::moment::DEFAULT_RENEWAL_GRACE,
    ids::EventId,
    ports::{CatchUpStore, Cause, Clock},
    preorder::Status,
    stripe::{Fact, StripeEvent},
};
use pledge_testkit::{
    EVENTS_OF_A_PAGE, FakeEvents, FakePublisher, FixedClock, InMemoryStore,
    builders::{a_preorder, event, session_paid},
    time::t,
};
use time::Duration;

/// The types that are asked for: "paid", which has an effect, and more others than fit into one request.
const TYPES: [&str; 23] = [
    "paid", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
    "21", "22", "last",
];

struct Subject {
    catch_up: CatchUp<FakeEvents>,
    record: RecordStripeEvent<InMemoryStore, FakePublisher>,
    clock: FixedClock,
}

/// Decodes a body of [`Subject::happens`], which is an event's id. Only the id "evt_paid" makes an event with an effect.
fn decode(body: &[u8]) -> Result<StripeEvent, Cause> {
    let id = std::str::from_utf8(body)?;
    match id {
        "evt_paid" => Ok(session_paid(id, &a_preorder(1))),
        "evt_unreadable" => Err("unreadable".into()),
        _ => Ok(event(id, "x", Fact::Ignored { reason: "a test's" })),
    }
}

fn subject() -> Subject {
    let (store, queue) = (InMemoryStore::default(), FakePublisher::default());
    store.put(a_preorder(1));
    let record = RecordStripeEvent {
        store,
        queue,
        livemode: false,
        deployment: "local".to_owned(),
        renewal_grace: DEFAULT_RENEWAL_GRACE,
    };
    let catch_up = CatchUp { source: FakeEvents::default(), types: &TYPES, decode };
    Subject { catch_up, record, clock: FixedClock::default() }
}

impl Subject {
    fn happens(&self, created: Timestamp, id: &str) {
        let kind = if id == "evt_paid" { "paid" } else { "last" };
        self.catch_up.source.add(created, kind, id, id);
    }

    async fn run(&self) -> CaughtUp {
        self.catch_up.run(&self.record, &self.clock, YOUNG, |_, _| ()).await
    }

    fn is_recorded(&self, id: &str) -> bool {
        self.record.store.outcome(&EventId::parse(id).unwrap()).is_some()
    }
}

#[tokio::test]
async fn a_payment_that_was_never_delivered_counts_and_is_told() {
    let subject = subject();
    subject.happens(t(-3600), "evt_paid");
    let mut heard = Vec::new();
    let each = |event: &StripeEvent, _: &_| heard.push(event.id.to_string());
    let caught_up = subject.catch_up.run(&subject.record, &subject.clock, YOUNG, each).await;
    assert!(caught_up.stopped.is_none() && caught_up.lost_until.is_none());
    assert_eq!((caught_up.recorded, caught_up.watermark), (1, Some(t(0) - YOUNG)));
    assert_eq!(heard, ["evt_paid"]);
    assert_eq!(subject.record.store.preorders()[0].status, Status::Completed);
    assert_eq!(subject.record.queue.messages().len(), 1);
}

#[tokio::test]
async fn what_was_delivered_counts_once() {
    let subject = subject();
    subject.happens(t(-3600), "evt_paid");
    subject.record.run(&session_paid("evt_paid", &a_preorder(1)), t(-3590)).await.unwrap();
    assert_eq!(subject.run().await.recorded, 0);
    assert_eq!(subject.record.store.outbox().len(), 1);
}

#[tokio::test]
async fn young_events_are_left_to_delivery_and_counted_when_they_are_not() {
    let subject = subject();
    subject.happens(t(-60), "evt_paid");
    assert_eq!(subject.run().await.recorded, 0);
    assert!(!subject.is_recorded("evt_paid"));
    subject.clock.advance(YOUNG);
    assert_eq!(subject.run().await.recorded, 1);
}

#[tokio::test]
async fn who_asks_for_young_events_gets_them_and_what_is_listed_late_is_still_found() {
    let subject = subject();
    subject.happens(t(-1), "evt_paid");
    let at_once = async || subject.catch_up.run(&subject.record, &subject.clock, Duration::ZERO, |_, _| ()).await;
    assert_eq!(at_once().await.recorded, 1);
    subject.happens(t(-60), "evt_late");
    assert_eq!(
        at_once().await.recorded,
        1,
        "the watermark, which is now, doesn't hide what is younger than the overlap"
    );
    subject.clock.advance(YOUNG);
    assert_eq!(subject.run().await.recorded, 0);
}

#[tokio::test]
async fn an_event_that_was_listed_late_is_found_in_the_overlap() {
    let subject = subject();
    subject.run().await;
    let watermark = t(0) - YOUNG;
    subject.happens(watermark - OVERLAP, "evt_late");
    subject.happens(watermark - OVERLAP - Duration::SECOND, "evt_later");
    subject.clock.advance(YOUNG);
    assert_eq!(subject.run().await.recorded, 1);
    assert!(subject.is_recorded("evt_late"));
}

#[tokio::test]
async fn more_than_a_page_is_fetched_by_shorter_windows_and_within_one_second_by_pages() {
    let subject = subject();
    for n in 0..20 {
        subject.happens(t(-7200 + n), &format!("evt_spread{n}"));
        subject.happens(t(-3600), &format!("evt_together{n}"));
    }
    let caught_up = subject.run().await;
    assert!(caught_up.stopped.is_none(), "{:?}", caught_up.stopped);
    assert_eq!(caught_up.recorded, 40);
    assert!(subject.catch_up.source.pages() > 40 / EVENTS_OF_A_PAGE);
}

#[tokio::test]
async fn a_list_that_fails_keeps_what_was_reached_and_the_next_goes_on_there() {
    let subject = subject();
    for n in 0..20 {
        subject.happens(t(-7200 + n * 60), &format!("evt_{n}"));
    }
    subject.record.store.advance_watermark(t(-7500), t(0)).await.unwrap();
    subject.catch_up.source.fail_from(Some(24));
    let first = subject.run().await;
    assert!(matches!(first.stopped, Some(Stopped::Source(_))));
    assert!(0 < first.recorded && first.recorded < 20, "{}", first.recorded);
    let watermark = subject.record.store.watermark().await.unwrap().unwrap();
    assert_eq!(first.watermark, Some(watermark.at));
    assert!(t(-7200) < watermark.at && watermark.at < t(0) - YOUNG);
    subject.catch_up.source.fail_from(None);
    let second = subject.run().await;
    assert!(second.stopped.is_none());
    assert_eq!(first.recorded + second.recorded, 20);
}

#[tokio::test]
async fn a_database_that_fails_leaves_the_watermark_before_what_is_missing() {
    let subject = subject();
    subject.happens(t(-3600), "evt_paid");
    subject.record.store.be_unavailable_once();
    assert!(matches!(subject.run().await.stopped, Some(Stopped::Store(_))));
    assert_eq!(subject.record.store.watermark().await.unwrap(), None);
    assert_eq!(subject.run().await.recorded, 1);
}

/// A clock that moves on by a second whenever it is read.
struct SlowClock(FixedClock);

impl Clock for SlowClock {
    fn now(&self) -> Timestamp {
        self.0.advance(Duration::SECOND);
        self.0.now()
    }
}

#[tokio::test]
async fn time_that_is_over_ends_a_catch_up_and_the_next_ones_get_to_the_end() {
    let subject = subject();
    for n in 0..20 {
        subject.happens(t(-7200 + n * 60), &format!("evt_{n}"));
    }
    let clock = SlowClock(FixedClock::default());
    let (mut recorded, mut runs) = (0, 0);
    loop {
        let before = clock.0.now();
        let caught_up = subject.catch_up.run(&subject.record, &clock, YOUNG, |_, _| ()).await;
        assert!(clock.0.now() - before <= BUDGET + Duration::seconds(4));
        recorded += caught_up.recorded;
        runs += 1;
        assert!(runs < 100, "it gets nowhere");
        match caught_up.stopped {
            Some(Stopped::OutOfTime) => {}
            None => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(runs > 2, "{runs}");
    assert_eq!(recorded, 20);
}

#[tokio::test]
async fn what_stripe_lists_no_more_is_said() {
    let subject = subject();
    subject.record.store.advance_watermark(t(0) - LISTED - Duration::DAY, t(0)).await.unwrap();
    assert_eq!(subject.run().await.lost_until, Some(t(0) - LISTED));
    assert_eq!(subject.run().await.lost_until, None);
}

#[tokio::test]
async fn what_cannot_be_read_or_is_of_the_other_mode_holds_nothing_up() {
    let mut subject = subject();
    subject.happens(t(-3600), "evt_unreadable");
    subject.happens(t(-3000), "evt_paid");
    subject.record.livemode = true;
    let caught_up = subject.run().await;
    assert!(caught_up.stopped.is_none());
    assert_eq!((caught_up.recorded, caught_up.watermark), (0, Some(t(0) - YOUNG)));
}
