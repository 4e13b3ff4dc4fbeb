//! A TCP proxy that counts what goes between a client and a server, delays it, and breaks it where it is told.
//!
//! It knows no protocol but for the count of SQL statements. What a client sends while it waits for no answer begins a
//! round trip; all clients here send a whole request (for PostgreSQL: a whole pipeline) at once.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Notify, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    injector::{FailureMode, FaultInjector, InFlight, System},
    listener::listen,
    statements::Messages,
};

/// A latency at which round trips can be counted: even on a busy machine it is far longer than a client needs to send
/// everything that it sends without waiting for an answer.
pub const COUNTING: Duration = Duration::from_millis(25);

/// The time without a byte after which a request or an answer counts as complete.
const WHOLE: Duration = Duration::from_millis(4);

/// The delay of a late request, after which the recovery has begun.
const LATE: Duration = Duration::from_millis(15);

/// The longest time for an effect that nobody waits for; it is above the longest wait for a lock.
const LONGEST_EFFECT: Duration = Duration::from_secs(6);

/// PostgreSQL's `Terminate`, which has no answer and is no round trip.
const TERMINATE: &[u8] = &[b'X', 0, 0, 0, 4];

/// How a proxy is set up. The default passes everything on at once.
#[derive(Clone, Default)]
pub struct Setup {
    /// The time that each answer takes to arrive.
    pub latency: Duration,
    /// The injector that says which round trips fail.
    pub injector: FaultInjector,
    /// The system at the other end.
    pub system: System,
    /// Makes the server itself answer the next request with an error, for [`FailureMode::is_an_answer`]. Without it the
    /// connection breaks.
    pub answer_with_error: Option<Arc<dyn Fn(FailureMode) + Send + Sync>>,
}

/// The state of the link to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Bytes go both ways.
    Up,
    /// Each answer takes this long.
    Slow(Duration),
    /// Connections are accepted, and what the client sends never arrives.
    Silent,
    /// Every connection breaks, in the middle of whatever it carries, and a new one breaks at once.
    Down,
}

/// What has gone through a proxy.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// The number of connections that were made.
    pub connections: usize,
    /// The number of times that the client sent something and waited for the answer.
    pub round_trips: usize,
    /// The number of messages to PostgreSQL that run SQL.
    pub statements: usize,
    /// The number of bytes, both ways.
    pub bytes: usize,
}

/// A proxy on 127.0.0.1. It stops, and its connections break, when it is dropped.
pub struct TcpProxy {
    address: SocketAddr,
    link: Arc<Link>,
    _accepting: JoinSet<()>,
}

struct Link {
    server: (String, u16),
    setup: Setup,
    /// The state of the link, with a number that grows when every connection is to break.
    state: watch::Sender<(LinkState, usize)>,
    counts: Mutex<Counts>,
    connected: Notify,
    disturbed: AtomicUsize,
}

/// A request that was on its way when its connection was made to fail, and how it fails.
struct Interrupted {
    mode: FailureMode,
    unsent: Vec<u8>,
    client: OwnedReadHalf,
    _in_flight: InFlight,
}

impl TcpProxy {
    /// Starts a proxy before the server with this host and port.
    pub async fn start(server: (String, u16), setup: Setup) -> Self {
        let link = Arc::new(Link {
            server,
            setup,
            state: watch::Sender::new((LinkState::Up, 0)),
            counts: Mutex::default(),
            connected: Notify::new(),
            disturbed: AtomicUsize::new(0),
        });
        let carried = Arc::clone(&link);
        let (address, accepting) = listen(move |client| Arc::clone(&carried).carry(client)).await;
        Self { address, link, _accepting: accepting }
    }

    /// Returns the address at which a client reaches the server through the proxy.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the counts since the last call of this function.
    pub fn take_counts(&self) -> Counts {
        std::mem::take(&mut *self.link.counts())
    }

    /// Waits until a client connects; returns at once if one has since the last call.
    pub async fn connected(&self) {
        self.link.connected.notified().await;
    }

    /// Changes the state of the link.
    pub fn set(&self, state: LinkState) {
        self.link.state.send_modify(|link| *link = (state, link.1 + usize::from(state == LinkState::Down)));
    }

    /// Breaks every connection, as a restart of the server or a long freeze does. New connections work.
    pub fn break_connections(&self) {
        self.set(LinkState::Down);
        self.set(LinkState::Up);
    }

    /// Returns how many connections broke or couldn't be made, plus how many answers were slow, because of the link's
    /// state.
    #[must_use]
    pub fn disturbed(&self) -> usize {
        self.link.disturbed.load(Ordering::Relaxed)
    }

    /// Lets the round trip with this number fail, counted from 0 and from now.
    pub fn fail_at(&self, step: usize, mode: FailureMode) {
        self.link.setup.injector.arm(&[crate::Fault { step, mode }]);
    }
}

impl Link {
    /// Carries bytes both ways until an end closes or the connection breaks; both ends close then.
    async fn carry(self: Arc<Self>, client: TcpStream) {
        self.counts().connections += 1;
        self.connected.notify_one();
        let mut state = self.state.subscribe();
        let (at_first, generation) = *state.borrow_and_update();
        if at_first == LinkState::Down {
            return self.disturb();
        }
        let server = TcpStream::connect((self.server.0.as_str(), self.server.1)).await;
        let Ok(server) = server else { return self.disturb() };
        server.set_nodelay(true).unwrap();
        let (from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let waiting = AtomicBool::new(false);
        let interrupted = tokio::select! {
            _ = state.wait_for(|(_, now)| *now != generation) => return self.disturb(),
            interrupted = self.requests(from_client, &mut to_server, &waiting) => interrupted,
            () = self.answers(&mut from_server, &mut to_client, &waiting) => None,
        };
        if let Some(interrupted) = interrupted {
            let injector = self.setup.injector.clone();
            // This is a task of its own, since a late request arrives even if the proxy is gone by then.
            tokio::spawn(interrupted.fail(self.setup.system, injector, to_client, from_server, to_server));
        }
    }

    /// Carries what the client sends to the server, until the client closes or a round trip fails.
    async fn requests(
        &self,
        mut client: OwnedReadHalf,
        server: &mut OwnedWriteHalf,
        waiting: &AtomicBool,
    ) -> Option<Interrupted> {
        let mut buffer = vec![0; 1 << 16];
        let mut messages = Messages::default();
        while let Ok(length @ 1..) = client.read(&mut buffer).await {
            let bytes = &buffer[..length];
            let begins = bytes != TERMINATE && !waiting.swap(true, Ordering::SeqCst);
            {
                let mut counts = self.counts();
                counts.bytes += length;
                counts.round_trips += usize::from(begins);
                if self.setup.system == System::Postgres {
                    counts.statements += messages.statements(bytes);
                }
            }
            if begins && let Some(mode) = self.failure().await {
                let _in_flight = self.setup.injector.in_flight();
                return Some(Interrupted { mode, unsent: bytes.to_vec(), client, _in_flight });
            }
            if self.state.borrow().0 != LinkState::Silent {
                server.write_all(bytes).await.ok()?;
            }
        }
        None
    }

    /// Carries what the server sends to the client, until one of them closes.
    async fn answers(&self, server: &mut OwnedReadHalf, client: &mut OwnedWriteHalf, waiting: &AtomicBool) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = server.read(&mut buffer).await {
            let state = self.state.borrow().0;
            let delay = match state {
                LinkState::Slow(delay) => {
                    self.disturb();
                    delay
                }
                _ => self.setup.latency,
            };
            if !delay.is_zero() {
                sleep(delay).await;
            }
            waiting.store(false, Ordering::SeqCst);
            self.counts().bytes += length;
            if client.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    }

    /// Returns how the round trip that begins fails on this connection, if it does.
    async fn failure(&self) -> Option<FailureMode> {
        let Setup { injector, system, answer_with_error, .. } = &self.setup;
        match injector.step(*system)? {
            FailureMode::Held => injector.hold().await,
            mode => match answer_with_error {
                Some(answer_with_error) if mode.is_an_answer() => {
                    answer_with_error(mode);
                    None
                }
                _ => Some(mode),
            },
        }
    }

    fn disturb(&self) {
        self.disturbed.fetch_add(1, Ordering::Relaxed);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap()
    }
}

impl Interrupted {
    /// Reads the rest of the request: a long one comes in several pieces.
    async fn read_on(&mut self) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(Ok(length @ 1..)) = timeout(WHOLE, self.client.read(&mut buffer)).await {
            self.unsent.extend_from_slice(&buffer[..length]);
        }
    }

    /// Carries out the failure mode, and closes both ends.
    async fn fail(
        mut self,
        system: System,
        injector: FaultInjector,
        to_client: OwnedWriteHalf,
        mut from_server: OwnedReadHalf,
        mut to_server: OwnedWriteHalf,
    ) {
        match self.mode {
            FailureMode::GoneBefore => injector.kill(),
            FailureMode::AnswerLost | FailureMode::GoneAfter => {
                self.read_on().await;
                take_effect(system, &self.unsent, &mut to_server, &mut from_server).await;
                if self.mode == FailureMode::GoneAfter {
                    injector.kill();
                }
            }
            FailureMode::Late => {
                self.read_on().await;
                drop((self.client, to_client));
                sleep(LATE).await;
                take_effect(system, &self.unsent, &mut to_server, &mut from_server).await;
            }
            FailureMode::Silent => {
                let mut buffer = vec![0; 1 << 16];
                // Bytes are read until the client gives up.
                while let Ok(1..) = self.client.read(&mut buffer).await {}
            }
            // The connection breaks at once, also for the modes in which a server would answer with an error.
            _ => {}
        }
    }
}

/// Sends the request to the server and discards the answer: from PostgreSQL all of it, from another server, or from a
/// PostgreSQL that is still letting the client in, whatever comes until it pauses.
async fn take_effect(system: System, request: &[u8], to_server: &mut OwnedWriteHalf, from_server: &mut OwnedReadHalf) {
    // A PostgreSQL connection begins with the length of its first message, whose first byte is 0.
    let known = system == System::Postgres && request.first() != Some(&0);
    let mut outstanding = if known { Messages::after_the_first().requests(request) } else { 0 };
    if to_server.write_all(request).await.is_err() {
        return;
    }
    let mut buffer = vec![0; 1 << 16];
    let (mut answers, mut patience) = (Messages::after_the_first(), LONGEST_EFFECT);
    while let Ok(Ok(length @ 1..)) = timeout(patience, from_server.read(&mut buffer)).await {
        if known {
            outstanding = outstanding.saturating_sub(answers.answers(&buffer[..length]));
            if outstanding == 0 {
                return;
            }
        } else {
            patience = WHOLE;
        }
    }
}
