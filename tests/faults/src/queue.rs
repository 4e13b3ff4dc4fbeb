//! An SQS queue and its dead-letter queue: keeps messages, delivers them at least once, and gives up after a few tries.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use hyper::Request;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::http_server::{Answer, HttpServer, json};

/// How often a message is delivered before it goes to the dead-letter queue, as in `template.yaml`.
const DELIVERIES: u32 = 5;

/// How many messages are handed out at once.
const AT_ONCE: usize = 10;

/// A queue in this process. Clones are the same queue.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Delivery>,
    dead: Vec<Dead>,
    sent: Vec<String>,
}

#[derive(Debug)]
struct Dead {
    message: Delivery,
    /// Whether the message was received and isn't visible to the next receiver.
    hidden: bool,
}

/// A message on its way to its consumer.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The id that the queue gave it.
    pub id: String,
    /// The message's text.
    pub body: String,
    /// How often it has been delivered and given back.
    pub count: u32,
}

impl Queue {
    /// Takes up to ten messages out of the queue.
    #[must_use]
    pub fn receive(&self) -> Vec<Delivery> {
        let mut state = self.state();
        let count = state.waiting.len().min(AT_ONCE);
        state.waiting.drain(..count).collect()
    }

    /// Puts messages back that weren't handled; those that were delivered too often go to the dead-letter queue.
    pub fn give_back(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        let mut state = self.state();
        for delivery in deliveries {
            let message = Delivery { count: delivery.count + 1, ..delivery };
            if message.count < DELIVERIES {
                state.waiting.push_back(message);
            } else {
                state.dead.push(Dead { message, hidden: false });
            }
        }
    }

    /// Puts a message into the queue.
    pub fn put(&self, body: &str) {
        let mut state = self.state();
        state.sent.push(body.to_owned());
        let id = format!("message-{}", state.sent.len());
        state.waiting.push_back(Delivery { id, body: body.to_owned(), count: 0 });
    }

    /// Puts messages into the dead-letter queue, with the ids `m-00`, `m-01`, …
    pub fn put_dead(&self, bodies: impl IntoIterator<Item = String>) {
        let mut state = self.state();
        for body in bodies {
            let message = Delivery { id: format!("m-{:02}", state.dead.len()), body, count: DELIVERIES };
            state.dead.push(Dead { message, hidden: false });
        }
    }

    /// Hides the messages in the dead-letter queue, as somebody does who receives them.
    pub fn hide_dead(&self) {
        self.state().dead.iter_mut().for_each(|dead| dead.hidden = true);
    }

    /// Returns the ids in the dead-letter queue, and makes those visible again that were received.
    #[must_use]
    pub fn dead(&self) -> Vec<String> {
        let mut state = self.state();
        state.dead.iter_mut().for_each(|dead| dead.hidden = false);
        state.dead.iter().map(|dead| dead.message.id.clone()).collect()
    }

    /// Returns the bodies of all messages that were ever put into the queue, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        self.state().sent.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// A queue behind SQS's AWS JSON 1.0 protocol, as far as this project speaks it
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html>). It serves while it lives.
#[derive(Debug)]
pub struct QueueServer {
    /// What the server serves.
    pub queue: Queue,
    server: HttpServer,
}

impl QueueServer {
    /// Starts a server for an empty queue.
    pub async fn start() -> Self {
        let queue = Queue::default();
        let served = queue.clone();
        let server = HttpServer::start(move |request| std::future::ready(Some(answer(&served, &request)))).await;
        Self { queue, server }
    }

    /// Returns the address at which the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns the value of `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Returns the URL of the queue.
    #[must_use]
    pub fn queue_url(&self) -> String {
        format!("{}{QUEUE}", self.base_url())
    }
}

/// The paths of the queue's URL and of its dead-letter queue's.
const QUEUE: &str = "/123456789012/klaviyo";
const DEAD: &str = "/123456789012/klaviyo-dead";

fn answer(queue: &Queue, request: &Request<Bytes>) -> Answer {
    let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    let base = format!("http://{}", header("host"));
    match operate(queue, &base, &header("x-amz-target"), &serde_json::from_slice(request.body()).unwrap()) {
        Ok(answer) => json(200, &answer),
        Err(code) => json(400, &json!({ "__type": code })),
    }
}

fn operate(queue: &Queue, base: &str, operation: &str, input: &Value) -> Result<Value, &'static str> {
    // A client that comes through a proxy names another host than it asks.
    let path = input["QueueUrl"].as_str().and_then(|url| Some(&url[url.find("/123456789012/")?..])).unwrap_or_default();
    let receipt = |dead: &Dead| input["ReceiptHandle"] == format!("receipt of {}", dead.message.id);
    let mut state = queue.state();
    match (operation.trim_start_matches("AmazonSQS."), path) {
        ("SendMessageBatch", QUEUE) => {
            drop(state);
            Ok(answer_to_batch(input, |body| queue.put(body)))
        }
        ("GetQueueAttributes", QUEUE) => {
            let policy = json!({ "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:klaviyo-dead", "maxReceiveCount": DELIVERIES });
            Ok(json!({ "Attributes": { "RedrivePolicy": policy.to_string() } }))
        }
        ("GetQueueAttributes", DEAD) => {
            let hidden = state.dead.iter().filter(|dead| dead.hidden).count();
            Ok(json!({ "Attributes": { "ApproximateNumberOfMessagesNotVisible": hidden.to_string() } }))
        }
        ("GetQueueUrl", "") if input["QueueName"] == "klaviyo-dead" => {
            Ok(json!({ "QueueUrl": format!("{base}{DEAD}") }))
        }
        ("ReceiveMessage", DEAD) => {
            let visible = state.dead.iter_mut().filter(|dead| !dead.hidden).take(AT_ONCE);
            let messages = visible.map(|dead| {
                dead.hidden = true;
                json!({
                    "MessageId": dead.message.id,
                    "ReceiptHandle": format!("receipt of {}", dead.message.id),
                    "Body": dead.message.body,
                    "Attributes": { "SentTimestamp": "1700000000123" },
                })
            });
            Ok(json!({ "Messages": messages.collect::<Vec<_>>() }))
        }
        ("ChangeMessageVisibility", DEAD) if input["VisibilityTimeout"] == 0 => {
            state.dead.iter_mut().filter(|dead| receipt(dead)).for_each(|dead| dead.hidden = false);
            Ok(json!({}))
        }
        ("DeleteMessage", DEAD) => {
            state.dead.retain(|dead| !receipt(dead));
            Ok(json!({}))
        }
        (_, "" | QUEUE | DEAD) => Err("com.amazonaws.sqs#UnsupportedOperation"),
        _ => Err("com.amazonaws.sqs#QueueDoesNotExist"),
    }
}

/// Hands the text of each message of a `SendMessageBatch` to `take`. Returns the answer, with the checksums that the SDK
/// for JavaScript checks.
pub fn answer_to_batch(input: &Value, mut take: impl FnMut(&str)) -> Value {
    let entries = input["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let taken = entries.iter().map(|entry| {
        let body = entry["MessageBody"].as_str().unwrap_or_default();
        take(body);
        let md5: String = Md5::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "Id": entry["Id"], "MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": md5 })
    });
    json!({ "Successful": taken.collect::<Vec<_>>(), "Failed": [] })
}
