//! Tests of the publisher against a strict stand-in for SQS.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use axum::{Router, http::StatusCode, routing::post};
use pledge_domain::{
    ids::OutboxId,
    ports::{PublishError, Publisher},
};
use pledge_queue::{Message, NotTaken};
use pledge_testkit::Log;
use support::{FakeSqs, publisher, serve};
use tokio::time::Instant;
use uuid::Uuid;

fn ids(count: u128) -> Vec<OutboxId> {
    (1..=count).map(|n| OutboxId::from_uuid(Uuid::from_u128(n))).collect()
}

fn cause(error: &PublishError) -> Option<&NotTaken> {
    error.0.downcast_ref()
}

#[tokio::test]
async fn each_row_gets_a_message_and_ten_travel_together() {
    let (sqs, publisher) = FakeSqs::start(|_| Ok(())).await;
    publisher.publish(&ids(23)).await.unwrap();

    let mut sizes: Vec<_> = sqs.batches().iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [3, 10, 10]);
    let mut sent: Vec<_> = sqs.batches().concat().iter().flat_map(|message| message.outbox_ids().to_vec()).collect();
    sent.sort_unstable();
    assert_eq!(sent, ids(23));
    assert!(sqs.batches().concat().iter().all(|message| message.outbox_ids().len() == 1));
}

#[tokio::test]
async fn no_rows_need_no_request() {
    let (sqs, publisher) = FakeSqs::start(|_| Ok(())).await;
    publisher.publish(&[]).await.unwrap();
    assert!(sqs.batches().is_empty());
}

#[tokio::test]
async fn a_message_that_is_not_taken_is_an_error_and_the_others_go_on() {
    let refuse_first = |message: &Message| {
        if message.outbox_ids() == ids(1) { Err("InternalError") } else { Ok(()) }
    };
    let (sqs, publisher) = FakeSqs::start(refuse_first).await;
    let error = publisher.publish(&ids(12)).await.unwrap_err();
    assert_eq!(cause(&error), Some(&NotTaken { count: 1, codes: "InternalError".to_owned() }));
    assert_eq!(sqs.batches().concat().len(), 12);
}

#[tokio::test]
async fn a_queue_that_refuses_the_request_is_an_error() {
    let base = serve(Router::new().route("/", post(async || StatusCode::FORBIDDEN))).await;
    assert!(publisher(&base).publish(&ids(1)).await.is_err());
}

#[tokio::test]
async fn what_the_sweep_makes_up_for_is_no_error_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let errors = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(errors.finish());
    let base = serve(Router::new().route("/", post(async || StatusCode::SERVICE_UNAVAILABLE))).await;
    assert!(publisher(&base).publish(&ids(1)).await.is_err());
    assert_eq!(log.text(), "");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_answer_is_given_two_seconds() {
    let base = serve(Router::new().route("/", post(std::future::pending::<StatusCode>))).await;
    let start = Instant::now();
    assert!(publisher(&base).publish(&ids(50)).await.is_err());
    assert!(start.elapsed() <= Duration::from_millis(2_010), "{:?}", start.elapsed());
}
