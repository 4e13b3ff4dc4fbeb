//! The queue over HTTP, in SQS's AWS JSON 1.0 protocol.

use std::{collections::HashSet, net::SocketAddr};

use bytes::Bytes;
use hyper::Request;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{AT_ONCE, DELIVERIES, Dead, Queue};
use crate::http_server::{Answer, HttpServer, json};

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
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("content-type") != "application/x-amz-json-1.0" {
        return json(400, &json!({ "__type": "com.amazonaws.sqs#UnsupportedOperation" }));
    }
    if !header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=") {
        return json(403, &json!({ "__type": "com.amazonaws.sqs#InvalidSecurity" }));
    }
    let base = format!("http://{}", header("host"));
    match operate(queue, &base, header("x-amz-target"), &serde_json::from_slice(request.body()).unwrap()) {
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
            let entries = input["Entries"].as_array().ok_or("com.amazonaws.sqs#EmptyBatchRequest")?;
            let ids: HashSet<_> = entries.iter().filter_map(|entry| entry["Id"].as_str()).collect();
            if entries.is_empty() {
                return Err("com.amazonaws.sqs#EmptyBatchRequest");
            }
            if entries.len() > AT_ONCE {
                return Err("com.amazonaws.sqs#TooManyEntriesInBatchRequest");
            }
            if ids.len() != entries.len() {
                return Err("com.amazonaws.sqs#BatchEntryIdsNotDistinct");
            }
            state.batches.push(entries.len());
            let refused = state.refused.clone();
            drop(state);
            Ok(answer_to_batch(input, |body| match refused.get(body) {
                Some(code) => Err(*code),
                None => {
                    queue.put(body);
                    Ok(())
                }
            }))
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

/// Hands the text of each message of a `SendMessageBatch` to `take`, which returns an error code if the message is refused.
/// Returns the answer, with the checksums that the SDK for JavaScript checks.
pub fn answer_to_batch(input: &Value, mut take: impl FnMut(&str) -> Result<(), &'static str>) -> Value {
    let entries = input["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for entry in entries {
        let body = entry["MessageBody"].as_str().unwrap_or_default();
        match take(body) {
            Ok(()) => {
                let md5: String = Md5::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
                let id = "5fea7756-0ea4-451a-a703-a558b933e274";
                taken.push(json!({ "Id": entry["Id"], "MessageId": id, "MD5OfMessageBody": md5 }));
            }
            Err(code) => refused.push(json!({ "Id": entry["Id"], "Code": code, "SenderFault": false })),
        }
    }
    json!({ "Successful": taken, "Failed": refused })
}
