//! Tests of the publisher and the queue that it relies on, against an AWS emulator, if `TEST_AWS_ENDPOINT_URL` has the
//! address of one (`scripts/test` sets it).

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]
#![allow(dead_code, reason = "some helpers are for the other test file")]

mod support;

use aws_sdk_sqs::{
    Client,
    types::{Message as Received, QueueAttributeName},
};
use pledge_domain::{ids::OutboxId, ports::Publisher};
use pledge_queue::{Message, SqsPublisher};
use serde_json::json;
use support::{client, settings};
use uuid::Uuid;

/// A test's own queue with a dead-letter queue, as `template.yaml` makes them, but with other numbers.
struct Queues {
    sqs: Client,
    publisher: SqsPublisher,
    queue: String,
    dead: String,
}

/// The number of deliveries after which a message goes to the dead-letter queue.
const DELIVERIES: u32 = 2;

impl Queues {
    /// Makes a queue on the emulator that the environment names; none if it names none.
    async fn make(name: &str) -> Option<Self> {
        let environment = pledge_runtime::Environment::from_process();
        let endpoint = environment.get("TEST_AWS_ENDPOINT_URL")?;
        let config = pledge_runtime::aws::sdk_config(&settings(endpoint), client());
        let sqs = Client::new(&config);
        let name = format!("pledge-{name}-{}", std::process::id());
        let dead = sqs.create_queue().queue_name(format!("{name}-dead")).send().await.unwrap().queue_url.unwrap();
        let arn = QueueAttributeName::QueueArn;
        let attributes =
            sqs.get_queue_attributes().queue_url(&dead).attribute_names(arn.clone()).send().await.unwrap().attributes;
        let redrive = json!({ "deadLetterTargetArn": attributes.unwrap()[&arn], "maxReceiveCount": DELIVERIES });
        let request = sqs.create_queue().queue_name(name);
        let request = request.attributes(QueueAttributeName::RedrivePolicy, redrive.to_string());
        let request = request.attributes(QueueAttributeName::VisibilityTimeout, "1");
        let queue = request.send().await.unwrap().queue_url.unwrap();
        let publisher = SqsPublisher::new(&config, &queue);
        Some(Self { sqs, publisher, queue, dead })
    }

    /// Waits for messages for longer than they stay invisible, in requests that are shorter than the client's limit.
    async fn receive(&self, queue: &str) -> Vec<Received> {
        for _ in 0..3 {
            let request = self.sqs.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(1);
            let messages = request.send().await.unwrap().messages.unwrap_or_default();
            if !messages.is_empty() {
                return messages;
            }
        }
        Vec::new()
    }

    async fn delete(self) {
        for queue in [self.queue, self.dead] {
            self.sqs.delete_queue().queue_url(queue).send().await.unwrap();
        }
    }
}

fn ids(count: u128) -> Vec<OutboxId> {
    (1..=count).map(|n| OutboxId::from_uuid(Uuid::from_u128(n))).collect()
}

fn rows(messages: &[Received]) -> Vec<OutboxId> {
    let bodies = messages.iter().filter_map(Received::body);
    bodies.flat_map(|body| Message::parse(body).unwrap().outbox_ids().to_vec()).collect()
}

#[tokio::test]
async fn what_was_published_is_delivered_and_ends_when_it_is_deleted() {
    let Some(queues) = Queues::make("delivered").await else { return };
    queues.publisher.publish(&ids(13)).await.unwrap();
    let mut received = Vec::new();
    while received.len() < 13 {
        let messages = queues.receive(&queues.queue).await;
        for message in &messages {
            let handle = message.receipt_handle().unwrap();
            queues.sqs.delete_message().queue_url(&queues.queue).receipt_handle(handle).send().await.unwrap();
        }
        received.extend(rows(&messages));
    }
    received.sort_unstable();
    assert_eq!(received, ids(13));
    assert!(queues.receive(&queues.queue).await.is_empty());
    queues.delete().await;
}

#[tokio::test]
async fn a_message_that_is_not_deleted_comes_again_and_then_goes_to_the_dead_letters() {
    let Some(queues) = Queues::make("redriven").await else { return };
    queues.publisher.publish(&ids(1)).await.unwrap();
    for delivery in 1..=DELIVERIES {
        assert_eq!(rows(&queues.receive(&queues.queue).await), ids(1), "delivery {delivery}");
    }
    // When the queue is asked again, SQS finds that the message was delivered too often.
    assert!(queues.receive(&queues.queue).await.is_empty());
    assert_eq!(rows(&queues.receive(&queues.dead).await), ids(1));
    queues.delete().await;
}
