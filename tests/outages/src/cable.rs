//! A cable between the functions and PostgreSQL, which can be cut, or carry answers slowly.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinSet,
    time::sleep,
};

/// The state of a cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Bytes go both ways at once.
    Fair,
    /// What the server says takes this long.
    Slow(Duration),
    /// Every connection breaks, in the middle of whatever it carries, and no new one comes about.
    Cut,
}

/// A cable; it is cut for ever when this is dropped.
#[derive(Debug)]
pub struct Cable {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    struck: Arc<AtomicUsize>,
    _accepting: JoinSet<()>,
}

/// What a connection has to know.
#[derive(Debug, Clone)]
struct End {
    server: (String, u16),
    weather: watch::Receiver<Weather>,
    struck: Arc<AtomicUsize>,
}

impl Cable {
    /// A cable to this server, in fair weather.
    pub async fn to(server: (String, u16)) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let weather = watch::Sender::new(Weather::Fair);
        let struck = Arc::new(AtomicUsize::new(0));
        let end = End { server, weather: weather.subscribe(), struck: Arc::clone(&struck) };
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, end));
        Self { address, weather, struck, _accepting: accepting }
    }

    /// The port on 127.0.0.1 at which a client finds the server.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The weather changes.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// How many connections broke or came to nothing, and how many answers were slow, so far.
    #[must_use]
    pub fn struck(&self) -> usize {
        self.struck.load(Ordering::Relaxed)
    }
}

impl End {
    fn strikes(&self) {
        self.struck.fetch_add(1, Ordering::Relaxed);
    }
}

async fn accept(listener: TcpListener, end: End) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(carry(client, end.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// Carries bytes both ways until an end closes or the cable is cut; both ends close then.
async fn carry(client: TcpStream, end: End) {
    let mut weather = end.weather.clone();
    if *weather.borrow_and_update() == Weather::Cut {
        return end.strikes();
    }
    let Ok(server) = TcpStream::connect(&end.server).await else { return end.strikes() };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        _ = weather.wait_for(|weather| *weather == Weather::Cut) => end.strikes(),
        () = questions(from_client, to_server) => {}
        () = answers(from_server, to_client, &end) => {}
    }
}

async fn questions(mut client: OwnedReadHalf, mut server: OwnedWriteHalf) {
    // Either end may go at any time.
    _ = tokio::io::copy(&mut client, &mut server).await;
}

async fn answers(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, end: &End) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer).await {
        let weather = *end.weather.borrow();
        if let Weather::Slow(delay) = weather {
            end.strikes();
            sleep(delay).await;
        }
        if client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
