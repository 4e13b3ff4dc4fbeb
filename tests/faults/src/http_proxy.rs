//! A proxy before a system that speaks HTTP: passes requests on, or does to them what networks and vendors do.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, Uri,
    header::{HeaderValue, RETRY_AFTER},
    http::uri::{Authority, Scheme},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::http_server::{Answer, HttpServer};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpFault {
    /// The request takes effect, and its answer comes back.
    None,
    /// The connection closes, and the request has no effect.
    HangUp,
    /// The request takes effect, and the connection closes before the answer.
    AnswerLost,
    /// The request has no effect, and there is no answer until the client gives up.
    Silence,
    /// The request is answered with this status and has no effect.
    Status(u16),
    /// The request takes effect, and the answer comes this much later.
    Slow(Duration),
}

/// A proxy; it stops when this is dropped.
#[derive(Debug)]
pub struct HttpFaultProxy {
    server: HttpServer,
    plan: Arc<Plan>,
}

#[derive(Debug)]
struct Plan {
    target: Authority,
    may_fail: fn(&Request<Bytes>) -> bool,
    client: Client<HttpConnector, Full<Bytes>>,
    pattern: Mutex<&'static [HttpFault]>,
    requests: AtomicUsize,
    failed: AtomicUsize,
}

impl HttpFaultProxy {
    /// Starts a proxy before the server at this base URL. It passes everything on until [`Self::set`] says otherwise, and
    /// always what `may_fail` returns false for.
    pub async fn before(base_url: &str, may_fail: fn(&Request<Bytes>) -> bool) -> Self {
        let plan = Arc::new(Plan {
            target: base_url.trim_start_matches("http://").parse().unwrap(),
            may_fail,
            client: Client::builder(TokioExecutor::new()).build_http(),
            pattern: Mutex::new(&[HttpFault::None]),
            requests: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
        });
        let of_requests = Arc::clone(&plan);
        let server = HttpServer::start(move |request| Arc::clone(&of_requests).pass(request)).await;
        Self { server, plan }
    }

    /// Returns the base URL of the server behind the proxy.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Has each of the following requests fail as the pattern says, which is repeated without end.
    pub fn set(&self, pattern: &'static [HttpFault]) {
        *self.plan.pattern.lock().unwrap() = pattern;
    }

    /// Returns how many requests have failed so far.
    #[must_use]
    pub fn disturbed(&self) -> usize {
        self.plan.failed.load(Relaxed)
    }
}

impl Plan {
    async fn pass(self: Arc<Self>, request: Request<Bytes>) -> Option<Answer> {
        match if (self.may_fail)(&request) { self.next() } else { HttpFault::None } {
            HttpFault::None => self.forward(request).await,
            HttpFault::HangUp => None,
            HttpFault::AnswerLost => {
                self.forward(request).await;
                None
            }
            HttpFault::Silence => std::future::pending().await,
            HttpFault::Status(status) => {
                let mut answer = Response::default();
                *answer.status_mut() = status.try_into().unwrap();
                if status == 429 {
                    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
                }
                Some(answer)
            }
            HttpFault::Slow(delay) => {
                let answer = self.forward(request).await;
                tokio::time::sleep(delay).await;
                answer
            }
        }
    }

    fn next(&self) -> HttpFault {
        let pattern = *self.pattern.lock().unwrap();
        let fault = pattern[self.requests.fetch_add(1, Relaxed) % pattern.len()];
        self.failed.fetch_add(usize::from(fault != HttpFault::None), Relaxed);
        fault
    }

    /// Sends the request on with the headers that it has, since AWS requests are signed.
    async fn forward(&self, request: Request<Bytes>) -> Option<Answer> {
        let (mut parts, body) = request.into_parts();
        let mut uri = parts.uri.into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.target.clone());
        parts.uri = Uri::from_parts(uri).ok()?;
        let answer = self.client.request(Request::from_parts(parts, Full::new(body))).await.ok()?;
        let (parts, body) = answer.into_parts();
        Some(Response::from_parts(parts, Full::new(body.collect().await.ok()?.to_bytes())))
    }
}
