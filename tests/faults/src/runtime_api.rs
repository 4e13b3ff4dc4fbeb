//! The Lambda Runtime API for one process (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, header::HeaderValue};
use serde_json::json;
use time::OffsetDateTime;
use tokio::sync::{Mutex, mpsc};

use crate::http_server::{Answer, HttpServer, json};

/// The first part of every request id. The second is the number of the invocation.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-";

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:test";

/// A Runtime API that gives one process its invocations. It stops when this is dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    server: HttpServer,
    events: mpsc::UnboundedSender<(String, Bytes)>,
    calls: Mutex<mpsc::UnboundedReceiver<Call>>,
    sent: AtomicUsize,
}

/// Returns the request id of an invocation; the first has the number 0.
#[must_use]
pub fn request_id(number: usize) -> String {
    format!("{REQUEST_ID}{number:012}")
}

/// What the process has told the Runtime API.
#[derive(Debug)]
pub enum Call {
    /// The function waits for an invocation, since this moment; for the first time when it has started.
    Next(Instant),
    /// The function answered the invocation with this id, at this moment.
    Response(String, Instant, Bytes),
    /// The function couldn't handle the invocation with this id, or couldn't start (`init`); the body says why.
    Error(String, Bytes),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next(_) => f.write_str("a wait for the next invocation"),
            Self::Response(_, _, body) => write!(f, "the response {}", String::from_utf8_lossy(body)),
            Self::Error(_, body) => write!(f, "the error {}", String::from_utf8_lossy(body)),
        }
    }
}

impl RuntimeApi {
    /// Starts a Runtime API that says that invocations may take `time_limit`. It doesn't hold the process to that.
    pub async fn start(time_limit: Duration) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        let (made, calls) = mpsc::unbounded_channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let server = HttpServer::start(move |request| {
            let (waiting, made) = (Arc::clone(&waiting), made.clone());
            async move { Some(answer(request, &waiting, &made, time_limit).await) }
        })
        .await;
        Self { server, events, calls: Mutex::new(calls), sent: AtomicUsize::new(0) }
    }

    /// Returns host and port, as `AWS_LAMBDA_RUNTIME_API` has them.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Gives the process an event as soon as it asks for one. Returns the id of the invocation.
    pub fn send(&self, event: Bytes) -> String {
        let id = request_id(self.sent.fetch_add(1, Relaxed));
        self.events.send((id.clone(), event)).unwrap();
        id
    }

    /// Waits for the next call of the process and returns it.
    pub async fn call(&self) -> Call {
        self.calls.lock().await.recv().await.unwrap()
    }

    /// Gives the process an event and waits for its response or its error. Returns the body.
    pub async fn invoke(&self, event: Bytes) -> Bytes {
        let id = self.send(event);
        loop {
            match self.call().await {
                Call::Response(of, _, body) | Call::Error(of, body) if of == id => return body,
                // The response may be to an earlier invocation, on which the caller gave up.
                Call::Next(_) | Call::Response(..) | Call::Error(..) => {}
            }
        }
    }
}

/// Answers one call of the process, and sends it to whoever waits for calls.
async fn answer(
    request: Request<Bytes>,
    events: &Mutex<mpsc::UnboundedReceiver<(String, Bytes)>>,
    calls: &mpsc::UnboundedSender<Call>,
    time_limit: Duration,
) -> Answer {
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let [.., of, kind] = head.uri.path().split('/').collect::<Vec<_>>()[..] else { return json(404, &json!({})) };
    let of = of.to_owned();
    let (call, is_next) = match kind {
        "next" => (Call::Next(at), true),
        "response" => (Call::Response(of, at, body), false),
        _ => (Call::Error(of, body), false),
    };
    // Nobody listens any more once a test or a measurement is over.
    drop(calls.send(call));
    if !is_next {
        return json(202, &json!({ "status": "OK" }));
    }
    let Some((id, event)) = events.lock().await.recv().await else { return json(410, &json!({})) };
    let deadline = (now() + time_limit).unix_timestamp() * 1000;
    let mut answer = Response::new(Full::new(event));
    let headers = answer.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("lambda-runtime-aws-request-id", HeaderValue::from_str(&id).unwrap());
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(deadline));
    headers.insert("lambda-runtime-invoked-function-arn", HeaderValue::from_static(ARN));
    answer
}

#[allow(clippy::disallowed_methods, reason = "this plays Lambda, which tells functions their deadline")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
