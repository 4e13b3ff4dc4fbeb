//! A verified event is recorded once, and its new announcements are queued for the sender.

use pledge_application::record_stripe_event::{RecordError, RecordStripeEvent};
use pledge_domain::{
    champion::moment::DEFAULT_RENEWAL_GRACE,
    decide::{NewAnnouncement, Outcome, Recorded},
    ids::EventId,
    outbox::AnnouncementKind,
    ports::StoreError,
    preorder::{Preorder, PreorderMetadata, Status},
    stripe::{Fact, SessionFact, StripeEvent},
};
use pledge_testkit::{
    FakePublisher, InMemoryStore,
    builders::{a_preorder, preorder_id, session_paid, session_unpaid},
    time::t,
};

type Record = RecordStripeEvent<InMemoryStore, FakePublisher>;

/// Returns a test stage with one preorder.
fn record() -> (Record, Preorder) {
    let (store, preorder) = (InMemoryStore::default(), a_preorder(1));
    store.put(preorder.clone());
    (
        RecordStripeEvent {
            store,
            queue: FakePublisher::default(),
            livemode: false,
            deployment: "local".to_owned(),
            renewal_grace: DEFAULT_RENEWAL_GRACE,
        },
        preorder,
    )
}

#[tokio::test]
async fn a_payment_completes_the_preorder_and_the_sender_is_told() {
    let (record, preorder) = record();
    let processed = record.run(&session_paid("evt_1", &preorder), t(61)).await.unwrap();

    assert_eq!(record.store.preorders()[0].status, Status::Completed);
    let outbox = record.store.outbox();
    assert_eq!(outbox.iter().map(|row| row.entry.kind).collect::<Vec<_>>(), [AnnouncementKind::PreorderSuccess]);
    let rows = vec![outbox[0].entry.id];
    let announcements = vec![NewAnnouncement { id: rows[0], kind: AnnouncementKind::PreorderSuccess }];
    assert_eq!(processed.recorded, Recorded::Now { outcome: Outcome::Applied, announcements });
    assert_eq!(record.queue.messages(), [rows]);
}

#[tokio::test]
async fn an_event_of_the_other_mode_changes_nothing() {
    for livemode in [true, false] {
        let (record, preorder) = record();
        let record = RecordStripeEvent { livemode: !livemode, ..record };
        let event = StripeEvent { livemode, ..session_paid("evt_1", &preorder) };
        let error = record.run(&event, t(61)).await.unwrap_err();
        assert!(matches!(error, RecordError::WrongMode), "{error:?}");
        assert_eq!(record.store.preorders(), [preorder]);
        assert_eq!(record.store.outcome(&event.id), None);
        assert!(record.queue.messages().is_empty());
    }
}

#[tokio::test]
async fn what_another_deployment_or_another_shop_sold_is_recorded_and_changes_nothing() {
    let (record, preorder) = record();
    let paid = session_paid("evt_1", &preorder);
    let of_another = StripeEvent { deployment: Some("staging".to_owned()), ..paid.clone() };
    let Fact::Session(fact) = session_paid("evt_2", &Preorder { id: preorder_id(2), ..preorder.clone() }).fact else {
        panic!("a session")
    };
    let unmarked = SessionFact {
        metadata: PreorderMetadata { preorder: None, color: None, user: None, ..fact.metadata },
        ..*fact
    };
    let of_a_shop =
        StripeEvent { id: EventId::parse("evt_2").unwrap(), fact: Fact::Session(Box::new(unmarked)), ..paid };
    for event in [of_another, of_a_shop] {
        let processed = record.run(&event, t(61)).await.unwrap();
        assert!(matches!(processed.recorded, Recorded::Now { outcome: Outcome::Ignored { .. }, .. }), "{processed:?}");
        assert_eq!(record.store.preorders(), std::slice::from_ref(&preorder));
        assert!(record.store.outbox().is_empty());
    }
}

#[tokio::test]
async fn a_second_delivery_is_known_and_nobody_is_told_again() {
    let (record, preorder) = record();
    let event = session_paid("evt_1", &preorder);
    record.run(&event, t(61)).await.unwrap();
    let second = record.run(&event, t(62)).await.unwrap();
    assert_eq!(second.recorded, Recorded::Before);
    assert_eq!(record.queue.messages().len(), 1);
    assert_eq!(record.store.outbox().len(), 1);
}

#[tokio::test]
async fn an_event_without_news_for_klaviyo_queues_nothing() {
    let (record, preorder) = record();
    let processed = record.run(&session_unpaid("evt_1", &preorder), t(61)).await.unwrap();
    assert!(matches!(processed.recorded, Recorded::Now { .. }));
    assert!(record.queue.messages().is_empty());
}

#[tokio::test]
async fn a_queue_that_is_down_does_not_make_stripe_repeat_the_event() {
    let (record, preorder) = record();
    record.queue.fail_next();
    let processed = record.run(&session_paid("evt_1", &preorder), t(61)).await.unwrap();
    assert!(processed.queued.is_err());
    assert_eq!(record.store.preorders()[0].status, Status::Completed);
    assert_eq!(record.store.outbox().len(), 1);
}

#[tokio::test]
async fn without_the_database_stripe_must_deliver_again() {
    let (record, preorder) = record();
    let event = session_paid("evt_1", &preorder);
    record.store.be_unavailable_once();
    let error = record.run(&event, t(61)).await.unwrap_err();
    assert!(matches!(error, RecordError::Store(StoreError::Unavailable(_))), "{error:?}");
    assert!(record.queue.messages().is_empty());

    record.run(&event, t(62)).await.unwrap();
    assert_eq!(record.store.preorders()[0].status, Status::Completed);
}
