//! Keys, a server, a client and a clock for the tests.

#![allow(clippy::unwrap_used, reason = "a helper of tests")]
#![allow(dead_code, reason = "each test file uses a part")]

pub mod identity_toolkit;
pub mod key_server;
pub mod keys;

use std::{sync::Mutex, time::Duration};

use axum::Router;
use pledge_domain::{Timestamp, ports::Clock};
use pledge_runtime::{LocalOnly, Stage, http, tls};
use tokio::net::TcpListener;

/// The Firebase project of all tokens and accounts.
pub const PROJECT: &str = "demo-project";

/// Serves `app` on a free port, and returns its address.
pub async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

/// Returns the HTTP client of production.
pub fn client() -> reqwest::Client {
    http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap()
}

/// Returns the proof that the stage is `local`.
pub fn local_only() -> LocalOnly {
    Stage::Local.local_only().unwrap()
}

/// Returns some moment.
pub fn now() -> Timestamp {
    Timestamp::from_unix_timestamp(1_800_000_000).unwrap()
}

/// A clock that stands until it is moved.
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub fn new() -> Self {
        Self(Mutex::new(now()))
    }

    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
