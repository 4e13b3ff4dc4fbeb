//! A Lambda Runtime API for one function
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use pledge_domain::ports::Clock;
use pledge_runtime::System;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

/// How long an invocation may take, in milliseconds.
const DEADLINE: i64 = 15_000;

/// An invocation that waits for the function, and where its result goes.
type Invocation = (String, oneshot::Sender<Value>);

/// A running Runtime API; it stops when this is dropped.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    /// Host and port, as `AWS_LAMBDA_RUNTIME_API` has them.
    pub(crate) address: String,
    invocations: mpsc::UnboundedSender<Invocation>,
    server: AbortHandle,
}

#[derive(Clone)]
struct Shared {
    waiting: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>>,
    /// Of the invocation that the function works on: it has one at a time.
    result: Arc<Mutex<Option<oneshot::Sender<Value>>>>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Self {
        let (invocations, waiting) = mpsc::unbounded_channel();
        let shared = Shared { waiting: Arc::new(waiting.into()), result: Arc::default() };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(finished))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(finished))
            .with_state(shared);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }).abort_handle();
        Self { address, invocations, server }
    }

    /// What the function makes of an event: its response, or what it says of its failure.
    pub(crate) async fn invoke(&self, event: String) -> Value {
        let (result, finished) = oneshot::channel();
        self.invocations.send((event, result)).unwrap();
        finished.await.unwrap()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Shared>) -> Response {
    let Some((event, result)) = shared.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    *shared.result.lock().unwrap() = Some(result);
    let deadline = System.now().unix_timestamp() * 1000 + DEADLINE;
    let headers = [
        ("lambda-runtime-aws-request-id", "request-1".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:test".to_owned()),
    ];
    (headers, event).into_response()
}

async fn finished(State(shared): State<Shared>, result: Bytes) -> StatusCode {
    let result = serde_json::from_slice(&result).unwrap();
    if let Some(waiting) = shared.result.lock().unwrap().take() {
        // A test that gave up doesn't want it any more.
        let _ = waiting.send(result);
    }
    StatusCode::ACCEPTED
}
