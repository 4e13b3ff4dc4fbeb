//! What one process needs around it.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use pledge_faults::{HttpServer, Setup, TcpProxy};
use pledge_testkit::TestDatabase;

use crate::{
    Failure, outside,
    subject::{Environment, Subject, environment},
};

/// A database that is ready for the work, and an outside that says yes.
pub struct Bench {
    pub outside: HttpServer,
    database: Arc<TestDatabase>,
}

impl Bench {
    /// Returns what one process needs, with enough in the database for so many requests.
    pub async fn of(subject: &Subject, requests: u32) -> Result<Self, Failure> {
        Self::slow(subject, requests, Duration::ZERO).await
    }

    /// Returns what one process needs, with enough in the database for so many requests and with an outside that answers
    /// after `latency`.
    pub async fn slow(subject: &Subject, requests: u32, latency: Duration) -> Result<Self, Failure> {
        let database = Arc::new(TestDatabase::new().await);
        subject.work.prepare(&database.connect().await, 1..=requests).await?;
        Ok(Self { outside: outside::start(latency).await, database })
    }

    /// Returns what one process needs on a database that others use too, to which it adds what these requests work on.
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

    /// Starts a proxy before the database whose answers travel for `latency`. Returns it with the environment of a
    /// function that goes through it.
    pub async fn behind_a_proxy(&self, latency: Duration) -> (TcpProxy, Environment) {
        let proxy = TcpProxy::start(self.database.address(), Setup { latency, ..Setup::default() }).await;
        let url = self.database.url_through(proxy.address());
        (proxy, environment(&url, &self.outside.address().to_string()))
    }

    /// Returns a new connection to the database.
    pub async fn connect(&self) -> tokio_postgres::Client {
        self.database.connect().await
    }

    /// Returns how to connect to the database.
    pub fn config(&self) -> tokio_postgres::Config {
        self.database.config()
    }
}
