//! A wire between a function and a system outside: counts what goes over it, and breaks where the plane says so.
//!
//! It knows no protocol. What a client sends while it waits for no answer begins a step; all clients here send a whole
//! request (for PostgreSQL: a whole pipeline) at once.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use pledge_stand_ins::{Fault as Answer, Faults};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::plane::{Plane, System, Way};

/// How long an answer travels: longer than a client needs to send what it sends at once.
const LATENCY: Duration = Duration::from_millis(1);

/// After how long without a byte an answer is whole.
const WHOLE: Duration = Duration::from_millis(4);

/// How late a late request is: the recovery has begun by then.
const LATE: Duration = Duration::from_millis(15);

/// How long an effect that nobody waits for may take, above the longest wait for a lock.
const PATIENCE: Duration = Duration::from_secs(6);

/// As often as the client that tries most often tries in one call.
const TRIES: u32 = 4;

/// PostgreSQL's `Terminate`: a good-bye, not a step.
const GOOD_BYE: &[u8] = &[b'X', 0, 0, 0, 4];

/// A wire; it is cut when this is dropped.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    _accepting: JoinSet<()>,
}

#[derive(Clone)]
struct End {
    system: System,
    server: SocketAddr,
    plane: Plane,
    /// Makes the server itself answer with an error; none at a database.
    faults: Option<Faults>,
}

impl Wire {
    /// A wire to a server that speaks HTTP and answers with errors when told.
    pub async fn to_stand_in(system: System, base_url: &str, faults: &Faults, plane: &Plane) -> Self {
        let server = base_url.trim_start_matches("http://").parse().unwrap();
        Self::to(End { system, server, plane: plane.clone(), faults: Some(faults.clone()) }).await
    }

    /// A wire to a PostgreSQL server.
    pub async fn to_postgres(server: &(String, u16), plane: &Plane) -> Self {
        let server = tokio::net::lookup_host(server).await.unwrap().next().unwrap();
        Self::to(End { system: System::Postgres, server, plane: plane.clone(), faults: None }).await
    }

    async fn to(end: End) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, end));
        Self { address, _accepting: accepting }
    }

    /// Where a client reaches the server through the wire.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(listener: TcpListener, end: End) {
    while let Ok((client, _)) = listener.accept().await {
        // Not part of the set: what is late must arrive also when the wire is gone.
        tokio::spawn(carry(client, end.clone()));
    }
}

/// Carries bytes both ways until an end closes or the wire breaks; both ends close then.
async fn carry(client: TcpStream, end: End) {
    let server = TcpStream::connect(end.server).await.unwrap();
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let waiting = AtomicBool::new(false);
    let broken = {
        let breaks = requests(from_client, &mut to_server, &end, &waiting);
        tokio::select! {
            broken = breaks => broken,
            () = answers(&mut from_server, &mut to_client, &waiting) => None,
        }
    };
    let Some(Broken { way, unsent, client }) = broken else { return };
    let _on_its_way = end.plane.straggler();
    match way {
        Way::Refused => {}
        Way::GoneBefore => end.plane.kill(),
        Way::AnswerLost | Way::GoneAfter => {
            let arrived = to_server.write_all(&unsent).await.is_ok();
            if arrived {
                take_whole(&mut from_server).await;
            }
            if way == Way::GoneAfter {
                end.plane.kill();
            }
        }
        Way::Late => {
            drop((client, to_client));
            sleep(LATE).await;
            if to_server.write_all(&unsent).await.is_ok() {
                take_whole(&mut from_server).await;
            }
        }
        Way::Silent => silence(client).await,
        Way::Status500 | Way::Status500After | Way::TooMany | Way::Outage | Way::Held => {}
    }
}

/// What was on the wire when it broke.
struct Broken {
    way: Way,
    unsent: Vec<u8>,
    client: OwnedReadHalf,
}

/// From the client to the server, until it ends or breaks.
async fn requests(
    mut client: OwnedReadHalf,
    server: &mut OwnedWriteHalf,
    end: &End,
    waiting: &AtomicBool,
) -> Option<Broken> {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut buffer).await {
        let bytes = &buffer[..length];
        let begins = bytes != GOOD_BYE && !waiting.swap(true, Ordering::SeqCst);
        if let Some(way) = begins.then(|| end.plane.step(end.system)).flatten() {
            match (way, &end.faults) {
                (Way::Held, _) => {
                    if let Some(way) = end.plane.hold().await {
                        return Some(Broken { way, unsent: bytes.to_vec(), client });
                    }
                }
                (Way::Status500, Some(faults)) => faults.add(Answer::status(500)),
                (Way::Status500After, Some(faults)) => faults.add(Answer::status(500).after_effect()),
                (Way::Outage, Some(faults)) => faults.add(Answer::status(503).times(TRIES)),
                (Way::TooMany, Some(faults)) => faults.add(Answer::status(429)),
                _ => return Some(Broken { way, unsent: bytes.to_vec(), client }),
            }
        }
        server.write_all(bytes).await.ok()?;
    }
    None
}

/// From the server to the client.
async fn answers(server: &mut OwnedReadHalf, client: &mut OwnedWriteHalf, waiting: &AtomicBool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer).await {
        sleep(LATENCY).await;
        waiting.store(false, Ordering::SeqCst);
        if client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Takes an answer that nobody gets: waits for its first byte, then until no more come.
async fn take_whole(server: &mut OwnedReadHalf) {
    let mut buffer = vec![0; 1 << 16];
    let mut patience = PATIENCE;
    while let Ok(Ok(1..)) = timeout(patience, server.read(&mut buffer)).await {
        patience = WHOLE;
    }
}

/// Holds the connection until the client gives up.
async fn silence(mut client: OwnedReadHalf) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(1..) = client.read(&mut buffer).await {}
}
