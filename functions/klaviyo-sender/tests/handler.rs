//! Batches of the queue, and the schedule.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

use klaviyo_sender::handler::SenderError;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use pledge_application::{
    clear_out::ClearOut,
    deliver_events::{DeliverEvents, Retry},
    roll_champions::RollChampions,
    sweep_outbox::{PATIENCE, SweepOutbox},
};
use pledge_domain::{
    champion::moment::DEFAULT_RENEWAL_GRACE,
    ids::OutboxId,
    ports::{Delivery, MarketingError, OutboxStore, PreorderStore},
    retention::Retention,
    user::Owner,
};
use pledge_queue::Message;
use pledge_runtime::{Metrics, Stage, System};
use pledge_testkit::{
    FakeMarketing, FakePublisher, FixedClock, InMemoryStore, Log,
    builders::a_new_preorder,
    sqs::{batch, record},
    time::t,
};
use serde_json::{Value, json};
use time::Duration;

type Handler = klaviyo_sender::handler::Handler<InMemoryStore, FakePublisher, FakeMarketing, FixedClock>;

/// Returns a sender that tries each row once, with `rows` rows in its outbox, and their ids.
async fn handler(rows: u32) -> (Handler, Vec<OutboxId>) {
    let store = InMemoryStore::default();
    for n in 1..=rows {
        store.initiate(&a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown)).await.unwrap();
    }
    let ids = store.outbox().iter().map(|row| row.entry.id).collect();
    // Rows are sent one at a time, so that the first failure that a test prepares is the first row's.
    let retry = Retry { tries: 1, concurrency: 1, ..Retry::default() };
    let handler = Handler {
        deliver: DeliverEvents { store: store.clone(), klaviyo: FakeMarketing::default(), site: None, retry },
        sweep: SweepOutbox { store: store.clone(), queue: FakePublisher::default(), patience: PATIENCE },
        clear_out: ClearOut { store: store.clone(), retention: Retention::default() },
        roll: RollChampions { store, queue: FakePublisher::default(), renewal_grace: DEFAULT_RENEWAL_GRACE },
        system: FixedClock::default(),
        metrics: Metrics::new(Stage::Local, System, std::io::sink()),
    };
    (handler, ids)
}

async fn invoke(handler: &Handler, payload: Value) -> Result<Value, SenderError> {
    handler.handle(LambdaEvent::new(payload, Context::default())).await
}

fn naming(id: &str, rows: &[OutboxId]) -> Value {
    record(id, &Message::new(rows.to_vec()).to_body().unwrap())
}

/// Returns the ids of the messages that come again, sorted.
async fn failures(handler: &Handler, records: &[Value]) -> Vec<String> {
    let answer = invoke(handler, batch(records)).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let mut ids: Vec<_> =
        failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn busy() -> MarketingError {
    MarketingError::Retryable { reason: "503".to_owned(), retry_after: None }
}

fn sent(handler: &Handler) -> usize {
    handler.deliver.store.outbox().iter().filter(|row| row.sent_at.is_some()).count()
}

#[tokio::test]
async fn a_batch_is_sent() {
    let (handler, rows) = handler(3).await;
    let records = [naming("m-1", &rows[..1]), naming("m-2", &rows[1..])];
    assert_eq!(invoke(&handler, batch(&records)).await.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(sent(&handler), 3);
}

#[tokio::test]
async fn only_messages_whose_rows_failed_come_again() {
    let (handler, rows) = handler(3).await;
    // Rows are read in the order of their ids.
    let failing = *rows.iter().min().unwrap();
    handler.deliver.klaviyo.fail_next(busy());
    let records: Vec<_> = rows.iter().map(|row| naming(&row.to_string(), &[*row])).collect();
    assert_eq!(failures(&handler, &records).await, [failing.to_string()]);
    assert_eq!(sent(&handler), 2);
}

#[tokio::test]
async fn a_message_about_two_rows_comes_again_if_one_of_them_failed() {
    let (handler, rows) = handler(2).await;
    handler.deliver.klaviyo.fail_next(busy());
    let records = [naming("m-1", &rows)];
    assert_eq!(failures(&handler, &records).await, ["m-1"]);
    // After the next delivery, only the row that failed is sent.
    assert!(failures(&handler, &records).await.is_empty());
    assert_eq!((sent(&handler), handler.deliver.klaviyo.taken().len()), (2, 2));
}

#[tokio::test]
async fn what_is_refused_for_good_does_not_come_again() {
    let (handler, rows) = handler(1).await;
    handler.deliver.klaviyo.fail_next(MarketingError::Permanent { reason: "400".to_owned() });
    assert!(failures(&handler, &[naming("m-1", &rows)]).await.is_empty());
    assert!(handler.deliver.store.outbox()[0].parked_at.is_some());
}

#[tokio::test]
async fn a_refusal_is_one_warning_that_says_what_it_is_about() {
    let (handler, rows) = handler(1).await;
    handler.deliver.klaviyo.fail_next(MarketingError::Permanent { reason: "400".to_owned() });
    let (log, _guard) = Log::of_this_thread();
    failures(&handler, &[naming("m-1", &rows)]).await;
    let lines = log.lines();
    let [line] = lines.as_slice() else { panic!("one line: {lines:?}") };
    assert_eq!((&line["level"], &line["fields"]["reason"]), (&json!("WARN"), &json!("400")));
    assert!(line["fields"]["announcement"].as_str().unwrap().starts_with("preorder_started:"), "{line}");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_one_line_that_names_it() {
    let (handler, _) = handler(1).await;
    let (log, _guard) = Log::of_this_thread();
    failures(&handler, &[record("garbage", "reader@example.com")]).await;
    let lines = log.lines();
    let [line] = lines.as_slice() else { panic!("one line: {lines:?}") };
    let fields = &line["fields"];
    assert_eq!(
        (&fields["message"], &fields["queue_message"]),
        (&json!("a message that cannot be read"), &json!("garbage"))
    );
    assert!(!line.to_string().contains("reader@"), "{line}");
}

#[tokio::test]
async fn a_message_that_is_delivered_twice_is_sent_once() {
    let (handler, rows) = handler(1).await;
    let records = [naming("m-1", &rows), naming("m-2", &rows)];
    assert!(failures(&handler, &records).await.is_empty());
    assert!(failures(&handler, &records).await.is_empty());
    assert_eq!(handler.deliver.klaviyo.tried().len(), 1);
}

#[tokio::test]
async fn a_message_that_cannot_be_read_comes_again_alone() {
    let (handler, rows) = handler(1).await;
    let records = [
        naming("good", &rows),
        record("garbage", "reader@example.com"),
        record("newer", r#"{"version":2,"outboxIds":[]}"#),
        record("empty", ""),
    ];
    assert_eq!(failures(&handler, &records).await, ["empty", "garbage", "newer"]);
    assert_eq!(sent(&handler), 1);
}

#[tokio::test]
async fn a_message_without_an_id_fails_the_batch_before_anything_is_sent() {
    for id in [json!(null), json!("")] {
        let (handler, rows) = handler(2).await;
        let mut unnamed = naming("", &rows[..1]);
        unnamed["messageId"] = id;
        let error = invoke(&handler, batch(&[naming("m-1", &rows[1..]), unnamed])).await.unwrap_err();
        assert!(matches!(error, SenderError::Unnamed), "{error:?}");
        assert!(handler.deliver.klaviyo.tried().is_empty());
    }
}

#[tokio::test]
async fn without_the_database_the_whole_batch_comes_again() {
    let (handler, rows) = handler(1).await;
    handler.deliver.store.be_unavailable_once();
    let error = invoke(&handler, batch(&[naming("m-1", &rows)])).await.unwrap_err();
    let diagnostic = Diagnostic::from(error);
    assert_eq!(diagnostic.error_type, "StoreFailed");
    assert_eq!(diagnostic.error_message, "the database is unavailable: the test wants it so");
    assert!(failures(&handler, &[naming("m-1", &rows)]).await.is_empty());
}

#[tokio::test]
async fn what_is_no_batch_is_an_error_and_not_a_success() {
    let (handler, _) = handler(0).await;
    for records in [json!(5), json!(["x"]), json!([{ "body": 5 }])] {
        let error = invoke(&handler, json!({ "Records": records })).await.unwrap_err();
        assert!(matches!(error, SenderError::UnknownEvent(_)), "{error:?}");
    }
}

#[tokio::test]
async fn an_empty_batch_is_fine() {
    let (handler, _) = handler(0).await;
    assert!(failures(&handler, &[]).await.is_empty());
}

#[tokio::test]
async fn the_schedule_queues_what_waits_too_long() {
    let (handler, rows) = handler(2).await;
    // The event that EventBridge sends.
    let schedule = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
    let swept = invoke(&handler, schedule.clone()).await.unwrap();
    assert_eq!(swept, json!({ "requeued": 0, "waiting": 2, "parked": 0, "stuck": 0, "rolled": 0, "cleared": 0 }));

    handler.system.advance(t(3) - t(0) + PATIENCE);
    let swept = invoke(&handler, schedule).await.unwrap();
    assert_eq!(swept, json!({ "requeued": 2, "waiting": 2, "parked": 0, "stuck": 0, "rolled": 0, "cleared": 0 }));
    assert_eq!(handler.sweep.queue.messages(), [rows]);
}

#[tokio::test]
async fn what_is_forgotten_is_counted_by_its_kind() {
    let (mut handler, rows) = handler(2).await;
    let log = Log::default();
    handler.metrics = Metrics::new(Stage::Local, System, log.clone());
    handler.clear_out.retention.sent_payloads = Some(Duration::days(30));
    handler.deliver.store.settle(&[(rows[0], Delivery::Sent)], t(10)).await.unwrap();
    let cleared = async || {
        let swept = invoke(&handler, json!({})).await.unwrap();
        let counted = |line: &Value| Some((line["Kind"].as_str()?.to_owned(), line["RowsCleared"].as_u64()?));
        (swept["cleared"].clone(), log.lines().iter().filter_map(counted).collect::<Vec<_>>())
    };
    assert_eq!(cleared().await, (json!(0), vec![]), "nothing is old enough, and nothing is counted");
    handler.system.advance(Duration::days(31));
    assert_eq!(cleared().await, (json!(1), vec![("sent_payloads".to_owned(), 1)]));
}

#[tokio::test]
async fn a_schedule_that_cannot_queue_does_everything_else_and_fails_visibly() {
    let (mut handler, _) = handler(1).await;
    let log = Log::default();
    handler.metrics = Metrics::new(Stage::Local, System, log.clone());
    handler.system.advance(t(3) - t(0) + PATIENCE);
    handler.sweep.queue.fail_next();
    let diagnostic = Diagnostic::from(invoke(&handler, json!({})).await.unwrap_err());
    assert_eq!(diagnostic.error_type, "QueueFailed");
    for metric in ["OutboxWaiting", "SubscriptionsRefunded"] {
        assert!(log.lines().iter().any(|line| line.get(metric).is_some()), "{metric} is measured");
    }
}
