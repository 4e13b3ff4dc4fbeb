//! The HTTP server of a stand-in. It can close a connection without an answer, and it stops gracefully when its handle is
//! dropped.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::faults::HangUp;

/// A running server. Dropping it closes the listener, lets running requests finish and ends the background work.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    background: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves `router` on 127.0.0.1 at `port`; 0 takes a free one.
    pub(crate) async fn start(port: u16, router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(accept(listener, router, stopped));
        Ok(Self { address, stop, background: Vec::new() })
    }

    /// Returns `http://127.0.0.1:<port>`, without a slash at the end.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Runs `work` until the server is dropped.
    pub(crate) fn run_beside(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.background.push(tokio::spawn(work));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        for task in &self.background {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, router: Router, stopped: watch::Receiver<bool>) {
    let mut stop = pin!(until(stopped.clone()));
    loop {
        let accepted = tokio::select! {
            () = stop.as_mut() => return,
            accepted = listener.accept() => accepted,
        };
        // A failed accept concerns one peer (or too many open files); the next one may succeed.
        if let Ok((stream, _)) = accepted {
            tokio::spawn(serve(stream, router.clone(), stopped.clone()));
        }
    }
}

/// Waits until the server is told to stop or is dropped.
async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn serve(stream: TcpStream, router: Router, stopped: watch::Receiver<bool>) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = router.clone();
        async move {
            let answered: Result<_, Infallible> = router.oneshot(request.map(Body::new)).await;
            let Ok(response) = answered;
            match response.extensions().get::<HangUp>() {
                // An error of the service makes hyper drop the connection without an answer.
                Some(HangUp) => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
                None => Ok(response),
            }
        }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // Nobody here needs to know how a connection ended.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = until(stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
