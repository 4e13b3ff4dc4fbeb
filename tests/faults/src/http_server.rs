//! A small HTTP/1.1 server that counts what goes through it, and can close a connection in the place of an answer.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Body as _, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use crate::listener::listen;

/// An answer with a whole body.
pub type Answer = Response<Full<Bytes>>;

/// A server on 127.0.0.1. It and its connections end when it is dropped.
#[derive(Debug)]
pub struct HttpServer {
    address: SocketAddr,
    traffic: Arc<Traffic>,
    _accepting: JoinSet<()>,
}

/// Counts of what a server has got and sent so far.
#[derive(Debug, Default)]
pub struct Traffic {
    /// The number of connections.
    pub connections: AtomicUsize,
    /// The number of requests.
    pub requests: AtomicUsize,
    /// The number of bytes in bodies, both ways.
    pub bytes: AtomicUsize,
}

impl HttpServer {
    /// Starts a server that answers each request with what `handle` returns, and closes the connection without an
    /// answer where that is none.
    pub async fn start<Handled>(handle: impl Fn(Request<Bytes>) -> Handled + Clone + Send + Sync + 'static) -> Self
    where
        Handled: Future<Output = Option<Answer>> + Send + 'static,
    {
        let traffic = Arc::<Traffic>::default();
        let counted = Arc::clone(&traffic);
        let (address, accepting) = listen(move |stream| serve(stream, handle.clone(), Arc::clone(&counted))).await;
        Self { address, traffic, _accepting: accepting }
    }

    /// Returns the address at which the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the counts, which the server goes on to raise.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

async fn serve<Handled>(stream: TcpStream, handle: impl Fn(Request<Bytes>) -> Handled, traffic: Arc<Traffic>)
where
    Handled: Future<Output = Option<Answer>>,
{
    traffic.connections.fetch_add(1, Relaxed);
    let service = service_fn(|request: Request<Incoming>| async {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        traffic.requests.fetch_add(1, Relaxed);
        traffic.bytes.fetch_add(body.len(), Relaxed);
        // An error of the service makes hyper drop the connection without an answer.
        let answer = handle(Request::from_parts(parts, body)).await.ok_or(io::ErrorKind::ConnectionAborted)?;
        let sent = answer.body().size_hint().exact().unwrap_or_default();
        traffic.bytes.fetch_add(usize::try_from(sent).unwrap_or_default(), Relaxed);
        Ok::<_, io::Error>(answer)
    });
    // The client sees how its connection ends; nobody here needs to know.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

/// Returns an answer with a JSON body.
#[must_use]
pub fn json(status: u16, body: &serde_json::Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
