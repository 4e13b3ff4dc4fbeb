//! A small HTTP/1.1 server that counts what goes through it, and can close a connection in the place of an answer.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
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
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

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
    /// Connections.
    pub connections: AtomicUsize,
    /// Requests.
    pub requests: AtomicUsize,
    /// Bytes of bodies, both ways.
    pub bytes: AtomicUsize,
}

impl HttpServer {
    /// Starts a server that answers each request with what `handle` returns, and closes the connection without an
    /// answer where that is none.
    pub async fn start<Handle, Handled>(handle: Handle) -> Self
    where
        Handle: Fn(Request<Bytes>) -> Handled + Clone + Send + Sync + 'static,
        Handled: Future<Output = Option<Answer>> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let traffic = Arc::new(Traffic::default());
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, handle, Arc::clone(&traffic)));
        Self { address, traffic, _accepting: accepting }
    }

    /// Returns the address at which the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the counts, which go on.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

async fn accept<Handle, Handled>(listener: TcpListener, handle: Handle, traffic: Arc<Traffic>)
where
    Handle: Fn(Request<Bytes>) -> Handled + Clone + Send + Sync + 'static,
    Handled: Future<Output = Option<Answer>> + Send + 'static,
{
    // Dropped with this task, so that connections end with their server.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        traffic.connections.fetch_add(1, Relaxed);
        connections.spawn(serve(stream, handle.clone(), Arc::clone(&traffic)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve<Handle, Handled>(stream: TcpStream, handle: Handle, traffic: Arc<Traffic>)
where
    Handle: Fn(Request<Bytes>) -> Handled + Clone + Send + Sync + 'static,
    Handled: Future<Output = Option<Answer>> + Send + 'static,
{
    // A small answer must not wait for an acknowledgement.
    drop(stream.set_nodelay(true));
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
    // How a connection ends is its client's business.
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
