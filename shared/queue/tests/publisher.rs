//! Tests of the publisher against a strict queue that speaks SQS's protocol.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::{future, time::Duration};

use pledge_domain::{
    ids::OutboxId,
    ports::{PublishError, Publisher},
};
use pledge_faults::{HttpServer, QueueServer, answer_to_batch, json};
use pledge_queue::{Message, NotTaken, SqsPublisher};
use pledge_testkit::Log;
use serde_json::{Value, json};
use support::{publisher, publisher_at};
use tokio::time::Instant;
use uuid::Uuid;

fn ids(count: u128) -> Vec<OutboxId> {
    (1..=count).map(|n| OutboxId::from_uuid(Uuid::from_u128(n))).collect()
}

/// Returns the messages that the server's queue has taken.
fn messages(server: &QueueServer) -> Vec<Message> {
    server.queue.sent().iter().map(|body| Message::parse(body).unwrap()).collect()
}

const QUEUE_URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/klaviyo";

/// Returns a publisher to a server that answers each request with this status, or not at all if there is none, and the
/// server.
async fn publisher_that_gets(status: Option<u16>) -> (SqsPublisher, HttpServer) {
    let answer = move |_| async move {
        match status {
            Some(status) => Some(json(status, &json!({}))),
            None => future::pending().await,
        }
    };
    let server = HttpServer::start(answer).await;
    (publisher_at(&format!("http://{}", server.address()), QUEUE_URL), server)
}

fn cause(error: &PublishError) -> Option<&NotTaken> {
    error.0.downcast_ref()
}

#[tokio::test]
async fn each_row_gets_a_message_and_ten_travel_together() {
    let server = QueueServer::start().await;
    publisher(&server).publish(&ids(23)).await.unwrap();

    let mut sizes = server.queue.batches();
    sizes.sort_unstable();
    assert_eq!(sizes, [3, 10, 10]);
    let mut sent: Vec<_> = messages(&server).iter().flat_map(|message| message.outbox_ids().to_vec()).collect();
    sent.sort_unstable();
    assert_eq!(sent, ids(23));
    assert!(messages(&server).iter().all(|message| message.outbox_ids().len() == 1));
}

#[tokio::test]
async fn no_rows_need_no_request() {
    let server = QueueServer::start().await;
    publisher(&server).publish(&[]).await.unwrap();
    assert!(server.queue.batches().is_empty());
}

#[tokio::test]
async fn a_message_that_is_not_taken_is_an_error_and_the_others_go_on() {
    let server = QueueServer::start().await;
    server.queue.refuse(&Message::new(ids(1)).to_body().unwrap(), "InternalError");
    let error = publisher(&server).publish(&ids(12)).await.unwrap_err();
    assert_eq!(cause(&error), Some(&NotTaken { count: 1, codes: "InternalError".to_owned() }));
    let sent: Vec<_> = messages(&server).iter().flat_map(|message| message.outbox_ids().to_vec()).collect();
    assert!(sent.len() == 11 && !sent.contains(&ids(1)[0]));
}

#[tokio::test]
async fn a_request_names_the_queue_and_has_the_credentials_of_the_session() {
    let server = HttpServer::start(|request| {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let fits = header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=test/")
            && header("x-amz-security-token") == "session"
            && header("x-amz-target") == "AmazonSQS.SendMessageBatch"
            && header("content-type") == "application/x-amz-json-1.0"
            && body["QueueUrl"] == QUEUE_URL;
        future::ready(Some(json(if fits { 200 } else { 403 }, &answer_to_batch(&body, |_| Ok(())))))
    })
    .await;
    publisher_at(&format!("http://{}", server.address()), QUEUE_URL).publish(&ids(1)).await.unwrap();
}

#[tokio::test]
async fn a_queue_that_refuses_the_request_is_an_error() {
    let (publisher, _server) = publisher_that_gets(Some(403)).await;
    assert!(publisher.publish(&ids(1)).await.is_err());
}

#[tokio::test]
async fn what_the_sweep_makes_up_for_is_no_error_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let errors = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(errors.finish());
    let (publisher, _server) = publisher_that_gets(Some(503)).await;
    assert!(publisher.publish(&ids(1)).await.is_err());
    assert_eq!(log.text(), "");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_answer_is_given_two_seconds() {
    let (publisher, _server) = publisher_that_gets(None).await;
    let start = Instant::now();
    assert!(publisher.publish(&ids(50)).await.is_err());
    assert!(start.elapsed() <= Duration::from_millis(2_010), "{:?}", start.elapsed());
}
