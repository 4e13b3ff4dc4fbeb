//! A server that sends the replies that a test gives it, and keeps the requests that it receives.
#![allow(clippy::unwrap_used, reason = "a test that can't start its server has to stop")]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
    serve::ListenerExt,
};
use futures_util::stream;
use pledge_domain::ids::{PaymentMethodId, SubscriptionId};
use pledge_runtime::{Secret, http, tls};
use pledge_stripe_api::{Config, Limits, StripeClient};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A reply to a request.
#[derive(Clone)]
pub enum Reply {
    /// An answer.
    Answer(u16, Vec<(&'static str, &'static str)>, String),
    /// No answer at all: the request waits for ever.
    Nothing,
    /// A successful answer that breaks off in the middle.
    BrokenOff,
}

impl Reply {
    /// Returns an answer in JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::Answer(status, vec![("content-type", "application/json"), ("request-id", "req_1")], body.to_string())
    }

    /// Returns one of Stripe's errors.
    pub fn error(status: u16, kind: &str, code: &str) -> Self {
        Self::json(status, &json!({"error": {"type": kind, "code": code, "message": "a@b.co is wrong"}}))
    }

    /// Returns the answer with one more header.
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        if let Self::Answer(_, headers, _) = &mut self {
            headers.push((name, value));
        }
        self
    }
}

/// A request that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    /// Returns the text of a header, which is empty if the request has no such header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the fields of the form.
    pub fn form(&self) -> BTreeMap<String, String> {
        let url = reqwest::Url::parse(&format!("http://form/?{}", self.body)).unwrap();
        url.query_pairs().into_owned().collect()
    }
}

#[derive(Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Asked>>,
    connections: AtomicUsize,
}

/// A server, which stops with the test's runtime.
pub struct Server {
    pub url: String,
    shared: Arc<Shared>,
}

impl Server {
    /// Starts a server that sends the replies in their order, and then the last one again and again.
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let shared = Arc::new(Shared { replies: Mutex::new(replies.into_iter().collect()), ..Shared::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let counted = Arc::clone(&shared);
        let listener = listener.tap_io(move |_| {
            counted.connections.fetch_add(1, Ordering::SeqCst);
        });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, shared }
    }

    /// Returns a client of this server that gives up a call after two seconds.
    pub fn client(&self) -> StripeClient {
        let limits = Limits {
            whole: Duration::from_secs(2),
            each_try: Duration::from_millis(300),
            tries: 4,
            first_pause: Duration::from_millis(5),
        };
        client(&self.url).with_limits(limits)
    }

    /// Returns the requests that were received so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Returns the number of connections that were opened so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    shared.asked.lock().unwrap().push(Asked { method, uri, headers, body });
    let reply = {
        let mut replies = shared.replies.lock().unwrap();
        if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
    };
    match reply {
        Some(Reply::Answer(status, headers, body)) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Body::from(body)).unwrap()
        }
        Some(Reply::BrokenOff) => {
            let pieces = [Ok("{\"id\":"), Err(std::io::Error::other("gone"))];
            Response::new(Body::from_stream(stream::iter(pieces)))
        }
        Some(Reply::Nothing) | None => std::future::pending().await,
    }
}

pub fn sub() -> SubscriptionId {
    SubscriptionId::parse("sub_1").unwrap()
}

pub fn method() -> PaymentMethodId {
    PaymentMethodId::parse("pm_1").unwrap()
}

/// Returns the fields of a form.
pub fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Returns a client with the limits of production.
pub fn client(url: &str) -> StripeClient {
    let key = Secret::new("sk_test_4eC39HqLyjWDarjtT1zdp7dc");
    StripeClient::new(http(), &Config { base: url.to_owned(), key, deployment: "local".to_owned() }).unwrap()
}

/// Returns the HTTP client of a function.
pub fn http() -> reqwest::Client {
    http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap()
}
