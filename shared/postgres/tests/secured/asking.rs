//! A server that asks for a password in clear text, as RDS does for a token, and keeps the password.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

/// `AuthenticationCleartextPassword` (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).
const ASK_FOR_PASSWORD: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 3];

/// A server that keeps the password that it gets, and refuses every login.
pub struct AskingServer {
    address: SocketAddr,
    thread: JoinHandle<String>,
}

impl AskingServer {
    /// Starts a server that waits for one client.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _startup = message(&mut stream);
            stream.write_all(&ASK_FOR_PASSWORD).unwrap();
            let mut kind = [0];
            stream.read_exact(&mut kind).unwrap();
            assert_eq!(kind, *b"p");
            let password = String::from_utf8(message(&mut stream)).unwrap();
            password.trim_end_matches('\0').to_owned()
        });
        Self { address, thread }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the password that the client sent.
    pub fn password(self) -> String {
        self.thread.join().unwrap()
    }
}

/// Reads a message without the byte of its kind: four bytes of length, which count themselves too, and the content.
fn message(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut rest = vec![0; u32::from_be_bytes(length) as usize - length.len()];
    stream.read_exact(&mut rest).unwrap();
    rest
}
