//! The queue for functions that are processes: SQS's AWS JSON 1.0 protocol, as far as they use it.

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use pledge_proof::queue::Queue;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Serves the queue for as long as the runtime lives; returns its base URL.
pub(super) async fn serve(queue: &Queue) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().route("/", post(answer)).with_state(queue.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

async fn answer(State(queue): State<Queue>, headers: HeaderMap, body: Bytes) -> Response {
    if headers["x-amz-target"] != "AmazonSQS.SendMessageBatch" {
        let refusal = json!({ "__type": "com.amazonaws.sqs#UnsupportedOperation" });
        return (StatusCode::BAD_REQUEST, Json(refusal)).into_response();
    }
    let batch: Value = serde_json::from_slice(&body).unwrap();
    let taken = |entry: &Value| {
        queue.put(entry["MessageBody"].as_str().unwrap());
        json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "" })
    };
    let taken: Vec<_> = batch["Entries"].as_array().unwrap().iter().map(taken).collect();
    Json(json!({ "Successful": taken, "Failed": [] })).into_response()
}
