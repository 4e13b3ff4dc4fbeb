//! A gate before a system that speaks HTTP: lets requests through, or does to them what networks and vendors do.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use hyper::{
    Request, Response, Uri,
    body::Incoming,
    header::{HeaderValue, RETRY_AFTER},
    http::uri::{Authority, Scheme},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::{net::TcpListener, task::JoinSet};

/// What may happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// None: it takes effect, and its answer comes back.
    Spared,
    /// The connection closes; nothing arrives.
    HangUp,
    /// It takes effect, and the connection closes before the answer.
    AnswerLost,
    /// Nothing arrives, and there is no answer until the client gives up.
    Silence,
    /// This status, and nothing happened.
    Status(u16),
    /// It takes effect, and the answer takes this long.
    Slow(Duration),
}

/// The requests that a gate may trouble; it lets all others through.
pub type Concerns = fn(&Request<Incoming>) -> bool;

/// A gate; it closes when this is dropped.
#[derive(Debug)]
pub struct Gate {
    address: SocketAddr,
    way: Arc<Way>,
    _accepting: JoinSet<()>,
}

#[derive(Debug)]
struct Way {
    server: Authority,
    concerns: Concerns,
    client: Client<HttpConnector, Incoming>,
    pattern: Mutex<&'static [Trouble]>,
    came: AtomicUsize,
    struck: AtomicUsize,
}

impl Gate {
    /// An open gate before the server at this base URL.
    pub async fn before(base_url: &str, concerns: Concerns) -> Self {
        let way = Arc::new(Way {
            server: base_url.trim_start_matches("http://").parse().unwrap(),
            concerns,
            client: Client::builder(TokioExecutor::new()).build_http(),
            pattern: Mutex::new(&[Trouble::Spared]),
            came: AtomicUsize::new(0),
            struck: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&way)));
        Self { address, way, _accepting: accepting }
    }

    /// The base URL of the server behind the gate.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on the pattern says, over and over, what happens to one request after the other.
    pub fn set(&self, pattern: &'static [Trouble]) {
        *self.way.pattern.lock().unwrap() = pattern;
    }

    /// How many requests were troubled so far.
    #[must_use]
    pub fn struck(&self) -> usize {
        self.way.struck.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, way: Arc<Way>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // A small answer must not wait for an acknowledgement.
        stream.set_nodelay(true).unwrap();
        let way = Arc::clone(&way);
        let service = service_fn(move |request| pass(Arc::clone(&way), request));
        // How a connection ends is its peers' business.
        connections
            .spawn(async move { _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await });
        while connections.try_join_next().is_some() {}
    }
}

async fn pass(way: Arc<Way>, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let trouble = if (way.concerns)(&request) { way.next() } else { Trouble::Spared };
    match trouble {
        Trouble::Spared => way.forward(request).await,
        Trouble::HangUp => Err(hang_up()),
        Trouble::AnswerLost => {
            way.forward(request).await?;
            Err(hang_up())
        }
        Trouble::Silence => std::future::pending().await,
        Trouble::Status(status) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status.try_into().unwrap();
            if status == 429 {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Ok(response)
        }
        Trouble::Slow(delay) => {
            let response = way.forward(request).await?;
            tokio::time::sleep(delay).await;
            Ok(response)
        }
    }
}

impl Way {
    fn next(&self) -> Trouble {
        let pattern = *self.pattern.lock().unwrap();
        let trouble = pattern[self.came.fetch_add(1, Ordering::Relaxed) % pattern.len()];
        if trouble != Trouble::Spared {
            self.struck.fetch_add(1, Ordering::Relaxed);
        }
        trouble
    }

    /// Takes the request to the server, as it is: AWS requests are signed.
    async fn forward(&self, mut request: Request<Incoming>) -> io::Result<Response<Body>> {
        let mut uri = std::mem::take(request.uri_mut()).into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.server.clone());
        *request.uri_mut() = Uri::from_parts(uri).map_err(io::Error::other)?;
        let response = self.client.request(request).await.map_err(io::Error::other)?;
        Ok(response.map(Body::new))
    }
}

/// An error of the service makes hyper drop the connection without an answer.
fn hang_up() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}
