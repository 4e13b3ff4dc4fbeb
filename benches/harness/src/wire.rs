//! A proxy in front of PostgreSQL that understands just enough of the protocol to count
//! (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::sleep,
};

use crate::Failure;

/// Long enough that a client has sent everything that it sends without waiting, on a busy machine too.
pub const COUNTING: Duration = Duration::from_millis(25);

/// Listens on 127.0.0.1 while it lives.
pub struct Wire {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Says when somebody connects.
    pub connected: mpsc::UnboundedReceiver<()>,
    accepting: AbortHandle,
}

/// What has gone through since the last look.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub connections: usize,
    /// How often the client sent something and then waited.
    pub round_trips: usize,
    /// Messages that bring SQL.
    pub statements: usize,
    pub bytes: usize,
}

#[derive(Default)]
struct State {
    counts: Counts,
    waiting: bool,
}

impl Wire {
    /// A wire to `server` on which answers travel for `latency`.
    pub async fn to(server: (String, u16), latency: Duration) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let (sender, connected) = mpsc::unbounded_channel();
        let accepting = tokio::spawn(accept(listener, server, latency, Arc::clone(&state), sender)).abort_handle();
        Ok(Self { address, state, connected, accepting })
    }

    pub fn take(&self) -> Counts {
        with(&self.state, |state| std::mem::take(&mut state.counts))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn with<T>(state: &Mutex<State>, act: impl FnOnce(&mut State) -> T) -> T {
    act(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
}

async fn accept(
    listener: TcpListener,
    server: (String, u16),
    latency: Duration,
    state: Arc<Mutex<State>>,
    connected: mpsc::UnboundedSender<()>,
) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        with(&state, |state| state.counts.connections += 1);
        // Most measurements don't ask.
        connected.send(()).unwrap_or_default();
        let Ok(server) = TcpStream::connect((server.0.as_str(), server.1)).await else { return };
        drop(client.set_nodelay(true));
        drop(server.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        connections.spawn(requests(from_client, to_server, Arc::clone(&state)));
        connections.spawn(answers(from_server, to_client, latency, Arc::clone(&state)));
    }
}

async fn requests(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, state: Arc<Mutex<State>>) {
    let mut buffer = vec![0; 1 << 16];
    let mut messages = Messages::default();
    while let Ok(length @ 1..) = client.read(&mut buffer).await {
        let read = buffer.get(..length).unwrap_or_default();
        let statements = messages.statements(read);
        with(&state, |state| {
            state.counts.bytes += length;
            state.counts.statements += statements;
            state.counts.round_trips += usize::from(!std::mem::replace(&mut state.waiting, true));
        });
        if server.write_all(read).await.is_err() {
            return;
        }
    }
}

async fn answers(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, latency: Duration, state: Arc<Mutex<State>>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer).await {
        if !latency.is_zero() {
            sleep(latency).await;
        }
        with(&state, |state| {
            state.counts.bytes += length;
            state.waiting = false;
        });
        if client.write_all(buffer.get(..length).unwrap_or_default()).await.is_err() {
            return;
        }
    }
}

/// Finds the messages in what a client sends, in pieces of any size.
#[derive(Default)]
struct Messages {
    pending: Vec<u8>,
    started: bool,
}

impl Messages {
    /// How many messages that are whole now are `Parse` or `Query`.
    fn statements(&mut self, read: &[u8]) -> usize {
        self.pending.extend_from_slice(read);
        let mut statements = 0;
        loop {
            // The first message has no kind.
            let start = usize::from(self.started);
            let Some(&[a, b, c, d]) = self.pending.get(start..start + 4) else { return statements };
            let end = start + u32::from_be_bytes([a, b, c, d]) as usize;
            if self.pending.len() < end {
                return statements;
            }
            statements += usize::from(self.started && matches!(self.pending.first(), Some(b'P' | b'Q')));
            self.pending.drain(..end);
            self.started = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_counted_in_pieces_of_any_size() {
        let stream = b"\0\0\0\x09hello\
            Q\0\0\0\x08abc\0\
            P\0\0\0\x08\0abc\
            B\0\0\0\x05P\
            S\0\0\0\x04";
        for size in 1..=stream.len() {
            let mut messages = Messages::default();
            let counted: usize = stream.chunks(size).map(|piece| messages.statements(piece)).sum();
            assert_eq!(counted, 2, "in pieces of {size}");
        }
    }
}
