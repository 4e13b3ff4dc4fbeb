//! A queue and its dead-letter queue, as far as the program uses them, in SQS's AWS JSON 1.0 protocol.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone)]
pub struct FakeSqs {
    pub url: String,
    queues: Arc<Mutex<Queues>>,
}

#[derive(Default)]
struct Queues {
    sent: Vec<String>,
    dead: Vec<Dead>,
}

#[derive(Clone)]
struct Dead {
    id: String,
    body: String,
    hidden: bool,
}

impl FakeSqs {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sqs = Self { url: format!("http://{}", listener.local_addr().unwrap()), queues: Arc::default() };
        let app = Router::new().route("/", post(answer)).with_state(sqs.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        sqs
    }

    pub fn queue_url(&self) -> String {
        format!("{}/123456789012/klaviyo", self.url)
    }

    /// The bodies that were sent into the queue.
    pub fn sent(&self) -> Vec<String> {
        self.queues.lock().unwrap().sent.clone()
    }

    /// Puts messages into the dead-letter queue.
    pub fn bury(&self, bodies: impl IntoIterator<Item = String>) {
        let mut queues = self.queues.lock().unwrap();
        for body in bodies {
            let id = format!("m-{:02}", queues.dead.len());
            queues.dead.push(Dead { id, body, hidden: false });
        }
    }

    /// The messages in the dead-letter queue; they can be received again.
    pub fn buried(&self) -> Vec<String> {
        let mut queues = self.queues.lock().unwrap();
        queues.dead.iter_mut().for_each(|dead| dead.hidden = false);
        queues.dead.iter().map(|dead| dead.id.clone()).collect()
    }

    fn do_it(&self, operation: &str, body: &Value) -> Result<Value, &'static str> {
        let mut queues = self.queues.lock().unwrap();
        let (main, dead) = (self.queue_url(), format!("{}-dead", self.queue_url()));
        let of = |url: &str| if body["QueueUrl"] == url { Ok(()) } else { Err("com.amazonaws.sqs#QueueDoesNotExist") };
        match operation {
            "AmazonSQS.GetQueueAttributes" => {
                of(&main)?;
                let policy =
                    r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:klaviyo-dead","maxReceiveCount":5}"#;
                Ok(json!({ "Attributes": { "RedrivePolicy": policy } }))
            }
            "AmazonSQS.GetQueueUrl" if body["QueueName"] == "klaviyo-dead" => Ok(json!({ "QueueUrl": dead })),
            "AmazonSQS.ReceiveMessage" => {
                of(&dead)?;
                let visible = queues.dead.iter_mut().filter(|dead| !dead.hidden).take(10);
                let messages = visible.map(|dead| {
                    dead.hidden = true;
                    json!({
                        "MessageId": dead.id,
                        "ReceiptHandle": format!("receipt of {}", dead.id),
                        "Body": dead.body,
                        "Attributes": { "SentTimestamp": "1700000000123" },
                    })
                });
                Ok(json!({ "Messages": messages.collect::<Vec<_>>() }))
            }
            "AmazonSQS.DeleteMessage" => {
                of(&dead)?;
                queues.dead.retain(|dead| body["ReceiptHandle"] != format!("receipt of {}", dead.id));
                Ok(json!({}))
            }
            "AmazonSQS.SendMessageBatch" => {
                of(&main)?;
                let entries = body["Entries"].as_array().cloned().unwrap_or_default();
                queues.sent.extend(entries.iter().map(|entry| entry["MessageBody"].as_str().unwrap().to_owned()));
                let taken = |entry: &Value| json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "" });
                Ok(json!({ "Successful": entries.iter().map(taken).collect::<Vec<_>>(), "Failed": [] }))
            }
            _ => Err("com.amazonaws.sqs#UnsupportedOperation"),
        }
    }
}

async fn answer(State(sqs): State<FakeSqs>, headers: HeaderMap, body: Bytes) -> Response {
    let operation = headers["x-amz-target"].to_str().unwrap();
    match sqs.do_it(operation, &serde_json::from_slice(&body).unwrap()) {
        Ok(answer) => Json(answer).into_response(),
        Err(code) => (StatusCode::BAD_REQUEST, Json(json!({ "__type": code }))).into_response(),
    }
}
