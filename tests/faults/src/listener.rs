//! Accepts connections on 127.0.0.1.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Serves each connection to a new port in a task of its own, without Nagle's delay. Returns the address, and the tasks,
/// which all end when they are dropped.
pub(crate) async fn listen<Served>(serve: impl Fn(TcpStream) -> Served + Send + 'static) -> (SocketAddr, JoinSet<()>)
where
    Served: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut accepting = JoinSet::new();
    accepting.spawn(async move {
        // Dropped with this task, so that connections end with their listener.
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            // A small answer must not wait for an acknowledgement.
            drop(stream.set_nodelay(true));
            connections.spawn(serve(stream));
            while connections.try_join_next().is_some() {}
        }
    });
    (address, accepting)
}
