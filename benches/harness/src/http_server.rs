//! A small HTTP/1.1 server that counts what goes through it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

use crate::Failure;

pub type Answer = Response<Full<Bytes>>;

/// Listens on 127.0.0.1 while it lives.
pub struct Server {
    pub address: SocketAddr,
    pub traffic: Arc<Traffic>,
    accepting: AbortHandle,
}

/// What has come so far.
#[derive(Debug, Default)]
pub struct Traffic {
    pub connections: AtomicUsize,
    pub requests: AtomicUsize,
    /// Of bodies, both ways.
    pub bytes: AtomicUsize,
}

impl Server {
    pub async fn start<Handle, Answered>(handle: Handle) -> Result<Self, Failure>
    where
        Handle: Fn(Request<Bytes>) -> Answered + Clone + Send + Sync + 'static,
        Answered: Future<Output = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let traffic = Arc::new(Traffic::default());
        let accepting = tokio::spawn(accept(listener, handle, Arc::clone(&traffic))).abort_handle();
        Ok(Self { address, traffic, accepting })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept<Handle, Answered>(listener: TcpListener, handle: Handle, traffic: Arc<Traffic>)
where
    Handle: Fn(Request<Bytes>) -> Answered + Clone + Send + Sync + 'static,
    Answered: Future<Output = Answer> + Send + 'static,
{
    // Dropped with this task, so that connections end with their server.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        traffic.connections.fetch_add(1, Relaxed);
        connections.spawn(connection(stream, handle.clone(), Arc::clone(&traffic)));
    }
}

async fn connection<Handle, Answered>(stream: TcpStream, handle: Handle, traffic: Arc<Traffic>)
where
    Handle: Fn(Request<Bytes>) -> Answered + Clone + Send + Sync + 'static,
    Answered: Future<Output = Answer> + Send + 'static,
{
    drop(stream.set_nodelay(true));
    let service = service_fn(|request: Request<Incoming>| async {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        traffic.requests.fetch_add(1, Relaxed);
        traffic.bytes.fetch_add(body.len(), Relaxed);
        let answer = handle(Request::from_parts(parts, body)).await;
        let sent = answer.body().size_hint().exact().unwrap_or_default();
        traffic.bytes.fetch_add(usize::try_from(sent).unwrap_or_default(), Relaxed);
        Ok::<_, hyper::Error>(answer)
    });
    // A client that goes away is nobody's business here.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

/// An answer with a JSON body.
pub fn json(status: u16, body: &serde_json::Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    answer.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    answer
}
