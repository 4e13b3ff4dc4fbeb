//! The Lambda Runtime API for one process
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::{fmt, net::SocketAddr, sync::Arc, time::Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, header::HeaderValue};
use serde_json::json;
use tokio::sync::{Mutex, mpsc};

use crate::{
    Failure,
    http_server::{Answer, Server, json},
    machine,
};

/// Serves invocations to the process that asks for them.
pub struct LambdaApi {
    server: Server,
    events: mpsc::UnboundedSender<Bytes>,
    calls: mpsc::UnboundedReceiver<Call>,
}

/// What the process did.
pub enum Call {
    /// It waits for an invocation, for the first time when it has started.
    Next(Instant),
    /// It answered.
    Response(Instant, Bytes),
    /// It couldn't start, or couldn't handle the invocation.
    Error(String),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next(_) => f.write_str("a wait for the next invocation"),
            Self::Response(_, body) => write!(f, "the response {}", String::from_utf8_lossy(body)),
            Self::Error(error) => write!(f, "the error {error}"),
        }
    }
}

struct State {
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    calls: mpsc::UnboundedSender<Call>,
}

impl LambdaApi {
    pub async fn start() -> Result<Self, Failure> {
        let (events, receiver) = mpsc::unbounded_channel();
        let (sender, calls) = mpsc::unbounded_channel();
        let state = Arc::new(State { events: Mutex::new(receiver), calls: sender });
        let server = Server::start(move |request| handle(Arc::clone(&state), request)).await?;
        Ok(Self { server, events, calls })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Gives the process something to do.
    pub fn invoke(&self, event: Bytes) -> Result<(), Failure> {
        Ok(self.events.send(event)?)
    }

    /// What the process does next.
    pub async fn call(&mut self) -> Option<Call> {
        self.calls.recv().await
    }
}

async fn handle(state: Arc<State>, request: Request<Bytes>) -> Answer {
    let now = Instant::now();
    let path = request.uri().path().to_owned();
    // Nobody listens any more once a measurement is over.
    if path.ends_with("/invocation/next") {
        drop(state.calls.send(Call::Next(now)));
        return match state.events.lock().await.recv().await {
            Some(event) => invocation(event),
            None => json(410, &json!({})),
        };
    }
    let body = request.into_body();
    let call = if path.ends_with("/response") {
        Call::Response(now, body)
    } else {
        Call::Error(String::from_utf8_lossy(&body).into_owned())
    };
    drop(state.calls.send(call));
    json(202, &json!({ "status": "OK" }))
}

fn invocation(event: Bytes) -> Answer {
    let deadline = (machine::now().unix_timestamp() + 60) * 1000;
    let mut answer = Response::new(Full::new(event));
    let headers = answer.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("lambda-runtime-aws-request-id", HeaderValue::from_static("8476a536-e9f4-11e8-9739-2dfe598c3fcd"));
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(deadline));
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:bench";
    headers.insert("lambda-runtime-invoked-function-arn", HeaderValue::from_static(arn));
    answer
}
