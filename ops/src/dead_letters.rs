//! The dead-letter queue: messages that the sender's queue gave up after several deliveries.

use std::time::Duration;

use aws_sdk_sqs::{
    Client,
    types::{Message, MessageSystemAttributeName, QueueAttributeName},
};
use aws_types::SdkConfig;
use pledge_domain::Timestamp;
use serde::Deserialize;

use crate::console::Failure;

/// The time for which a received message stays hidden from others, which is long enough to read all messages.
const HIDDEN: Duration = Duration::from_secs(60);

/// The most messages that SQS returns at a time.
const BATCH: i32 = 10;

/// A client of the dead-letter queue.
#[derive(Debug)]
pub struct DeadLetters {
    client: Client,
    url: String,
}

/// A message in the dead-letter queue.
#[derive(Debug)]
pub struct DeadLetter {
    /// The message's id in SQS.
    pub id: String,
    /// The message's text.
    pub body: String,
    /// The time at which the message was sent.
    pub sent: Option<Timestamp>,
    receipt: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
}

impl DeadLetters {
    /// Returns the dead-letter queue of the queue at `queue_url`.
    pub async fn of(config: &SdkConfig, queue_url: &str) -> Result<Self, Failure> {
        let client = Client::new(config);
        let request = client.get_queue_attributes().queue_url(queue_url);
        let answer = request.attribute_names(QueueAttributeName::RedrivePolicy).send().await?;
        let policy = answer.attributes().and_then(|attributes| attributes.get(&QueueAttributeName::RedrivePolicy));
        let policy = policy.ok_or("the queue has no dead-letter queue")?;
        let RedrivePolicy { dead_letter_target_arn: arn } = serde_json::from_str(policy)?;
        let name = arn.rsplit(':').next().unwrap_or_default();
        let answer = client.get_queue_url().queue_name(name).send().await?;
        let url = answer.queue_url.ok_or("the dead-letter queue has no address")?;
        Ok(Self { client, url })
    }

    /// Returns at most ten messages; none if the queue has no more. They stay in the queue, hidden until they are given
    /// back or a minute has passed.
    pub async fn receive(&self) -> Result<Vec<DeadLetter>, Failure> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(BATCH)
            .visibility_timeout(i32::try_from(HIDDEN.as_secs())?)
            // With a waiting time, SQS asks all of its servers instead of some.
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp);
        let messages = request.send().await?.messages.unwrap_or_default();
        Ok(messages.into_iter().map(DeadLetter::from).collect())
    }

    /// Returns the approximate number of messages that are hidden because somebody has received them within the last
    /// minute.
    pub async fn hidden(&self) -> Result<usize, Failure> {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let name = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let answer = request.attribute_names(name.clone()).send().await?;
        let count = answer.attributes().and_then(|attributes| attributes.get(&name));
        Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
    }

    /// Makes received messages visible again.
    pub async fn give_back<'a>(&self, letters: impl IntoIterator<Item = &'a DeadLetter>) -> Result<(), Failure> {
        for letter in letters {
            let request = self.client.change_message_visibility().queue_url(&self.url);
            request.receipt_handle(&letter.receipt).visibility_timeout(0).send().await?;
        }
        Ok(())
    }

    /// Removes a message.
    pub async fn remove(&self, letter: &DeadLetter) -> Result<(), Failure> {
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(&letter.receipt);
        request.send().await?;
        Ok(())
    }
}

impl From<Message> for DeadLetter {
    fn from(message: Message) -> Self {
        let sent = message.attributes().and_then(|all| all.get(&MessageSystemAttributeName::SentTimestamp));
        let seconds = sent.and_then(|milliseconds| milliseconds.parse::<i64>().ok()).map(|it| it / 1000);
        Self {
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            sent: seconds.and_then(|seconds| Timestamp::from_unix_timestamp(seconds).ok()),
            receipt: message.receipt_handle.unwrap_or_default(),
        }
    }
}
