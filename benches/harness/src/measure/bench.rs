//! What one process needs around it.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use pledge_testkit::TestDatabase;

use crate::{
    Failure,
    http_server::Server,
    outside,
    subject::{Environment, Subject, environment},
    wire::Wire,
};

/// A database that is ready for the work, and an outside that says yes.
pub struct Bench {
    pub outside: Server,
    database: Arc<TestDatabase>,
}

impl Bench {
    /// With enough in the database for so many requests.
    pub async fn of(subject: &Subject, requests: u32) -> Result<Self, Failure> {
        Self::slow(subject, requests, Duration::ZERO).await
    }

    /// The same with an outside that takes its time.
    pub async fn slow(subject: &Subject, requests: u32, latency: Duration) -> Result<Self, Failure> {
        let database = Arc::new(TestDatabase::new().await);
        subject.work.prepare(&database.connect().await, 1..=requests).await?;
        Ok(Self { outside: outside::start(latency).await?, database })
    }

    /// On a database that others use too, with what these requests need besides.
    pub async fn on(
        database: Arc<TestDatabase>,
        subject: &Subject,
        requests: RangeInclusive<u32>,
    ) -> Result<Self, Failure> {
        subject.work.prepare(&database.connect().await, requests).await?;
        Ok(Self { outside: outside::start(Duration::ZERO).await?, database })
    }

    /// Straight to the database.
    pub fn direct(&self) -> Environment {
        environment(&self.database.url(), &self.outside.address.to_string())
    }

    /// To the database through a wire.
    pub fn through(&self, wire: &Wire) -> Environment {
        let (host, port) = self.database.address();
        let url = self.database.url().replace(&format!("{host}:{port}"), &wire.address.to_string());
        environment(&url, &self.outside.address.to_string())
    }

    /// A connection to the database.
    pub async fn connect(&self) -> tokio_postgres::Client {
        self.database.connect().await
    }

    /// How to connect to the database.
    pub fn config(&self) -> tokio_postgres::Config {
        self.database.config()
    }

    /// Where the database server is.
    pub fn server(&self) -> (String, u16) {
        self.database.address()
    }
}
