//! A strict stand-in for the one SQS operation that the publisher uses, in the AWS JSON 1.0 protocol.

#![allow(clippy::unwrap_used, reason = "a helper of tests")]

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    routing::post,
};
use pledge_queue::{Message, SqsPublisher};
use pledge_runtime::{
    Secret,
    aws::{self, AwsSettings},
    http, tls,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The address of the only queue.
pub const QUEUE_URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/klaviyo";

/// The result of each message: taken, or refused with an error code.
pub type Fate = fn(&Message) -> Result<(), &'static str>;

/// A fake of SQS, which keeps the messages of each request.
#[derive(Clone)]
pub struct FakeSqs {
    fate: Fate,
    batches: Arc<Mutex<Vec<Vec<Message>>>>,
}

impl FakeSqs {
    /// Starts a queue, and a publisher that writes to it.
    pub async fn start(fate: Fate) -> (Self, SqsPublisher) {
        let sqs = Self { fate, batches: Arc::default() };
        let base = serve(Router::new().route("/", post(answer)).with_state(sqs.clone())).await;
        (sqs, publisher(&base))
    }

    /// Returns the messages of each request so far.
    pub fn batches(&self) -> Vec<Vec<Message>> {
        self.batches.lock().unwrap().clone()
    }
}

/// Serves `app` on a free port, and returns its address.
pub async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

/// Returns a publisher that calls AWS at `endpoint`.
pub fn publisher(endpoint: &str) -> SqsPublisher {
    SqsPublisher::new(&aws::sdk_config(&settings(endpoint), client()), QUEUE_URL)
}

/// Returns the settings of an AWS account at `endpoint`.
pub fn settings(endpoint: &str) -> AwsSettings {
    AwsSettings {
        region: "eu-west-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: Secret::new("test"),
        session_token: Some(Secret::new("session")),
        endpoint_url: Some(endpoint.to_owned()),
    }
}

/// Returns the HTTP client of production.
pub fn client() -> reqwest::Client {
    http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap()
}

async fn answer(State(sqs): State<FakeSqs>, headers: HeaderMap, body: Bytes) -> Response {
    match sqs.send_message_batch(&headers, &body) {
        Ok(answer) => Json(answer).into_response(),
        Err(code) => (StatusCode::BAD_REQUEST, Json(json!({ "__type": code }))).into_response(),
    }
}

impl FakeSqs {
    fn send_message_batch(&self, headers: &HeaderMap, body: &[u8]) -> Result<Value, &'static str> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if header("x-amz-target") != "AmazonSQS.SendMessageBatch"
            || header("content-type") != "application/x-amz-json-1.0"
        {
            return Err("com.amazonaws.sqs#UnsupportedOperation");
        }
        let authorization = header(AUTHORIZATION.as_str());
        if !authorization.starts_with("AWS4-HMAC-SHA256 Credential=test/")
            || header("x-amz-security-token") != "session"
        {
            return Err("com.amazonaws.sqs#InvalidSecurity");
        }
        let body: Value = serde_json::from_slice(body).map_err(|_| "com.amazonaws.sqs#SerializationException")?;
        if body["QueueUrl"] != QUEUE_URL {
            return Err("com.amazonaws.sqs#QueueDoesNotExist");
        }
        let entries = body["Entries"].as_array().ok_or("com.amazonaws.sqs#EmptyBatchRequest")?;
        let ids: BTreeSet<_> = entries.iter().filter_map(|entry| entry["Id"].as_str()).collect();
        if !(1..=10).contains(&entries.len()) || ids.len() != entries.len() {
            return Err("com.amazonaws.sqs#TooManyEntriesInBatchRequest");
        }
        Ok(self.take(entries))
    }

    fn take(&self, entries: &[Value]) -> Value {
        let (mut successful, mut failed, mut messages) = (vec![], vec![], vec![]);
        for entry in entries {
            let message = Message::parse(entry["MessageBody"].as_str().unwrap()).unwrap();
            match (self.fate)(&message) {
                Ok(()) => successful.push(json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "" })),
                Err(code) => failed.push(json!({ "Id": entry["Id"], "Code": code, "SenderFault": false })),
            }
            messages.push(message);
        }
        self.batches.lock().unwrap().push(messages);
        json!({ "Successful": successful, "Failed": failed })
    }
}
