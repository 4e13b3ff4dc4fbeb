//! A proxy between a client and the database that counts round trips and cuts connections.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
    time::sleep,
};

use crate::TestDatabase;

/// How long an answer travels: far longer than the client needs to send what it sends without waiting, on a
/// busy machine too.
const LATENCY: Duration = Duration::from_millis(25);

/// A wire to a database. Every new connection counts as the first trip of its own.
#[derive(Debug)]
pub struct Wire {
    port: u16,
    database: String,
    state: Arc<Mutex<State>>,
    _accepting: JoinSet<()>,
}

#[derive(Debug, Default)]
struct State {
    round_trips: usize,
    connections: usize,
    cut: Option<Cut>,
    pulled: bool,
    /// Grows when every connection is to end.
    generation: usize,
}

/// Where to cut, counted in round trips from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// What the client sends in this trip never arrives.
    Request(usize),
    /// The server gets what the client sends in this trip, but its answer never arrives.
    Answer(usize),
}

impl Wire {
    /// A wire to this database.
    pub async fn to(database: &TestDatabase) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = database.url();
        let state = Arc::new(Mutex::new(State::default()));
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, database.address(), Arc::clone(&state)));
        let database = url.rsplit('/').next().unwrap().to_owned();
        Self { port, database, state, _accepting: accepting }
    }

    /// The database's address through the wire.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.port, self.database)
    }

    /// How often the client has sent something and waited for the answer, since the last call of this.
    pub fn take_round_trips(&self) -> usize {
        std::mem::take(&mut self.state().round_trips)
    }

    /// How many connections have been made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state().connections
    }

    /// Cuts the connection once, at this point.
    pub fn cut(&self, cut: Cut) {
        self.state().cut = Some(cut);
    }

    /// Ends every connection, as a restart of the server or a long freeze does.
    pub fn end_connections(&self) {
        self.state().generation += 1;
    }

    /// Pulls the plug: connections are accepted and nobody ever answers, as with a server that hangs.
    pub fn pull(&self) {
        self.state().pulled = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

async fn accept(listener: TcpListener, server: (String, u16), state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let generation = {
            let mut state = state.lock().unwrap();
            state.connections += 1;
            state.generation
        };
        let server = TcpStream::connect((server.0.as_str(), server.1)).await.unwrap();
        connections.spawn(carry(client, server, Arc::clone(&state), generation));
    }
}

/// Carries bytes both ways until an end closes or the wire is cut; both ends close then.
async fn carry(client: TcpStream, server: TcpStream, state: Arc<Mutex<State>>, generation: usize) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let waiting = Mutex::new(false);
    tokio::select! {
        () = requests(from_client, to_server, &state, &waiting) => {}
        () = answers(from_server, to_client, &state, &waiting) => {}
        () = ended(&state, generation) => {}
    }
}

/// From the client to the server. What comes while no answer is awaited begins a round trip.
async fn requests(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, state: &Mutex<State>, waiting: &Mutex<bool>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut buffer).await {
        let begins = !std::mem::replace(&mut *waiting.lock().unwrap(), true);
        if begins && !begin_trip(&mut state.lock().unwrap()) {
            return;
        }
        if !state.lock().unwrap().pulled && server.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Counts a trip; false if the wire is cut before it.
fn begin_trip(state: &mut State) -> bool {
    state.round_trips += 1;
    match state.cut {
        Some(Cut::Request(0)) => {
            state.cut = None;
            return false;
        }
        Some(Cut::Request(trips)) => state.cut = Some(Cut::Request(trips - 1)),
        Some(Cut::Answer(_)) | None => {}
    }
    true
}

/// From the server to the client, delayed, so that nothing answers while the client is still sending.
async fn answers(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, state: &Mutex<State>, waiting: &Mutex<bool>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer).await {
        sleep(LATENCY).await;
        let ends = std::mem::replace(&mut *waiting.lock().unwrap(), false);
        if ends && !end_trip(&mut state.lock().unwrap()) {
            return;
        }
        if client.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// False if the wire is cut before the answer of this trip arrives.
fn end_trip(state: &mut State) -> bool {
    match state.cut {
        Some(Cut::Answer(0)) => {
            state.cut = None;
            return false;
        }
        Some(Cut::Answer(trips)) => state.cut = Some(Cut::Answer(trips - 1)),
        Some(Cut::Request(_)) | None => {}
    }
    true
}

async fn ended(state: &Mutex<State>, generation: usize) {
    while state.lock().unwrap().generation == generation {
        sleep(Duration::from_millis(1)).await;
    }
}
