//! A PostgreSQL database for each test, which is dropped when the test is over.
//!
//! The server is the one in `TEST_DATABASE_URL`; `scripts/with-postgres COMMAND` provides one.

mod environment;
pub mod secured;
mod server;
mod template;

use std::net::SocketAddr;

use tokio_postgres::{Client, Config, config::Host};

/// A database that only one test uses.
#[derive(Debug)]
pub struct TestDatabase {
    config: Config,
    /// The configuration of the server, for dropping this database.
    server: Config,
    name: String,
}

impl TestDatabase {
    /// Makes a database with every migration applied.
    pub async fn new() -> Self {
        Self::on(&environment::server()).await
    }

    /// Makes a database with every migration applied, on another server than the usual one.
    pub async fn on(server: &Config) -> Self {
        let template = template::migrated(server).await;
        Self::create(server, Some(&template)).await
    }

    /// Returns the database's name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes a database without any table.
    pub async fn empty() -> Self {
        Self::create(&environment::server(), None).await
    }

    /// Makes a migrated database with the history and the statistics of so many preorders and payments.
    pub async fn with_history(rows: u32) -> Self {
        let database = Self::new().await;
        let client = database.connect().await;
        let sql = include_str!("../../queries/history.sql").replace(":count", &rows.to_string());
        // One statement at a time: several in one message are a transaction, and `vacuum` can't be part of one.
        for statement in sql.split(";\n") {
            client.batch_execute(statement).await.unwrap();
        }
        database
    }

    async fn create(server: &Config, template: Option<&str>) -> Self {
        let client = server::connect(server).await;
        let name = client.query_one(include_str!("../../queries/fresh_name.sql"), &[]).await.unwrap();
        let name: String = name.get(0);
        // `wal_log` copies blocks through the log. The other strategy forces two checkpoints of the whole server.
        let template = template.map(|template| format!("template {template} strategy wal_log")).unwrap_or_default();
        client.batch_execute(&format!("create database {name} {template}")).await.unwrap();
        let mut config = server.clone();
        config.dbname(&name);
        Self { config, server: server.clone(), name }
    }

    /// Returns the configuration for connections to the database.
    #[must_use]
    pub fn config(&self) -> Config {
        self.config.clone()
    }

    /// Returns the address of the database as a URL, for programs.
    #[must_use]
    pub fn url(&self) -> String {
        let (host, port) = self.address();
        self.url_at(&format!("{host}:{port}"))
    }

    /// Returns the address of the database for programs that reach the server through a proxy.
    #[must_use]
    pub fn url_through(&self, proxy: SocketAddr) -> String {
        self.url_at(&proxy.to_string())
    }

    fn url_at(&self, server: &str) -> String {
        let user = self.config.get_user().unwrap_or("postgres");
        let password = self.config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let password = password.map(|password| format!(":{password}")).unwrap_or_default();
        format!("postgres://{user}{password}@{server}/{}?sslmode=disable", self.name)
    }

    /// Returns host and port of the server.
    #[must_use]
    pub fn address(&self) -> (String, u16) {
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => (host.clone(), port),
            other => panic!("TEST_DATABASE_URL must name a TCP host, not {other:?}"),
        }
    }

    /// Opens a connection for the test's own queries.
    pub async fn connect(&self) -> Client {
        server::connect(&self.config).await
    }
}

impl Drop for TestDatabase {
    /// Drops the database on a thread of its own, since the test's runtime can't be waited for here.
    fn drop(&mut self) {
        let server = self.server.clone();
        let sql = format!("drop database if exists {} with (force)", self.name);
        let cleaner = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { server::connect(&server).await.batch_execute(&sql).await.unwrap() });
        });
        // A database that stays does little harm; a second panic would hide why the test failed.
        drop(cleaner.join());
    }
}
