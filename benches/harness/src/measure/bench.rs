//! The systems around a process that is measured.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use pledge_faults::{HttpServer, Setup, TcpProxy};
use pledge_testkit::TestDatabase;

use crate::{
    Failure, outside,
    subject::{Environment, Subject, environment},
};

/// A database with the rows that the requests work on, and a server that answers for the outside systems.
pub struct Bench {
    pub outside: HttpServer,
    database: Arc<TestDatabase>,
}

impl Bench {
    /// Makes a bench for a subject, with rows for this many requests.
    pub async fn of(subject: &Subject, requests: u32) -> Result<Self, Failure> {
        Self::slow(subject, requests, Duration::ZERO).await
    }

    /// Makes a bench for a subject, with rows for this many requests and with outside systems that answer after `latency`.
    pub async fn slow(subject: &Subject, requests: u32, latency: Duration) -> Result<Self, Failure> {
        let database = Arc::new(TestDatabase::new().await);
        subject.work.prepare(&database.connect().await, 1..=requests).await?;
        Ok(Self { outside: outside::start(latency).await, database })
    }

    /// Makes a bench for a subject on a database that other benches use too, and adds the rows that these requests work on.
    pub async fn on(
        database: Arc<TestDatabase>,
        subject: &Subject,
        requests: RangeInclusive<u32>,
    ) -> Result<Self, Failure> {
        subject.work.prepare(&database.connect().await, requests).await?;
        Ok(Self { outside: outside::start(Duration::ZERO).await, database })
    }

    /// Returns the environment of a function that reaches the database directly.
    pub fn direct(&self) -> Environment {
        environment(&self.database.url(), &self.outside.address().to_string())
    }

    /// Starts a proxy before the database that delays answers by `latency`. Returns it with the environment of a function
    /// that uses it.
    pub async fn behind_a_proxy(&self, latency: Duration) -> (TcpProxy, Environment) {
        let proxy = TcpProxy::start(self.database.address(), Setup { latency, ..Setup::default() }).await;
        let url = self.database.url_through(proxy.address());
        (proxy, environment(&url, &self.outside.address().to_string()))
    }

    /// Opens a connection to the database.
    pub async fn connect(&self) -> tokio_postgres::Client {
        self.database.connect().await
    }

    /// Returns the configuration for connections to the database.
    pub fn config(&self) -> tokio_postgres::Config {
        self.database.config()
    }
}
