//! Writing messages to SQS.

use std::time::Duration;

use aws_sdk_sqs::{Client, config::Builder, types::SendMessageBatchRequestEntry};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use futures_util::{StreamExt, stream};
use pledge_domain::{
    ids::OutboxId,
    ports::{Cause, PublishError, Publisher},
};
use tokio::time::timeout;

use crate::message::Message;

/// The longest time of a whole call. A client waits for the response meanwhile, and after a failure the sweep queues the
/// rows.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest time of one try of one request.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(800);

/// The largest number of messages in one request that SQS accepts
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>).
const BATCH_SIZE: usize = 10;

/// The number of requests that are sent at once.
const CONCURRENCY: usize = 4;

/// The queue that the sender reads.
///
/// Each row gets its own message, so that it is retried, delayed and given up on its own. Ten messages are sent in one
/// request.
#[derive(Debug, Clone)]
pub struct SqsPublisher {
    client: Client,
    queue_url: String,
}

/// The failure of a request of which SQS took only a part of the messages, or none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{count} messages were not taken ({codes})")]
pub struct NotTaken {
    /// The number of messages that weren't taken.
    pub count: usize,
    /// The error codes of SQS, separated by commas.
    pub codes: String,
}

impl SqsPublisher {
    /// Makes a client of the queue at `queue_url`.
    #[must_use]
    pub fn new(config: &SdkConfig, queue_url: impl Into<String>) -> Self {
        // `publish` limits the time of the whole call.
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).disable_operation_timeout().build();
        let config = Builder::from(config).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), queue_url: queue_url.into() }
    }

    /// Sends all batches, also after one has failed.
    ///
    /// # Errors
    /// The first failure.
    async fn send_all(&self, ids: &[OutboxId]) -> Result<(), Cause> {
        let batches: Vec<_> = ids.chunks(BATCH_SIZE).map(<[_]>::to_vec).collect();
        let results = stream::iter(batches)
            .map(|batch| async move { self.send_batch(&batch).await })
            .buffer_unordered(CONCURRENCY)
            .collect::<Vec<_>>()
            .await;
        results.into_iter().collect()
    }

    async fn send_batch(&self, ids: &[OutboxId]) -> Result<(), Cause> {
        let entries = ids.iter().enumerate().map(|(index, id)| entry(index, *id)).collect::<Result<Vec<_>, _>>()?;
        let request = self.client.send_message_batch().queue_url(&self.queue_url).set_entries(Some(entries));
        let output = request.send().await?;
        let count = ids.len() - output.successful().len().min(ids.len());
        if count == 0 && output.failed().is_empty() {
            return Ok(());
        }
        let codes = output.failed().iter().map(|failure| failure.code()).collect::<Vec<_>>().join(", ");
        Err(NotTaken { count, codes }.into())
    }
}

impl Publisher for SqsPublisher {
    async fn publish(&self, ids: &[OutboxId]) -> Result<(), PublishError> {
        let sent = timeout(TOTAL_TIMEOUT, self.send_all(ids)).await;
        sent.map_err(|elapsed| PublishError(elapsed.into()))?.map_err(PublishError)
    }
}

fn entry(index: usize, id: OutboxId) -> Result<SendMessageBatchRequestEntry, Cause> {
    let body = Message::new(vec![id]).to_body()?;
    Ok(SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body).build()?)
}
