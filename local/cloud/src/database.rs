//! A real PostgreSQL server with a fresh, migrated database.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio_postgres::NoTls;

use crate::process::{Process, command, free_port};
use crate::{Error, Options};

/// The server, whose files stay from start to start, and the database, which is made anew each time: the stand-ins lose
/// their customers and sessions when they stop, so old rows would refer to nothing.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) server: Process,
    /// The address for the functions, with the owner of the database, who is not a superuser.
    pub(crate) url: String,
    port: u16,
}

/// The ways to shut PostgreSQL down, by its own names (<https://www.postgresql.org/docs/current/server-shutdown.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Sessions are ended, and committed data are written.
    Fast,
    /// The server ends as in a crash, and its next start recovers from the log.
    Immediate,
}

impl Database {
    pub(crate) async fn start(options: &Options) -> Result<Self, Error> {
        let port = free_port()?;
        let server = serve(options, port).await?;
        let url = format!("postgres://pledge@127.0.0.1:{port}/pledge");
        create(&superuser(port)).await.map_err(|error| Error::Database(error.into()))?;
        migrate(&url).await.map_err(Error::Database)?;
        Ok(Self { server, url, port })
    }

    /// Shuts the server down and starts it again after a while, on the same port and with the same data.
    pub(crate) async fn restart(&mut self, options: &Options, how: Shutdown, down: Duration) -> Result<(), Error> {
        let signal = match how {
            Shutdown::Fast => Signal::SIGINT,
            Shutdown::Immediate => Signal::SIGQUIT,
        };
        self.server.end(signal).await;
        tokio::time::sleep(down).await;
        self.server = serve(options, self.port).await?;
        Ok(())
    }
}

/// Starts a server on the existing data, and waits until it accepts connections.
async fn serve(options: &Options, port: u16) -> Result<Process, Error> {
    let mut postgres = command(options.project.join("scripts/postgres"), Signal::SIGINT);
    postgres.arg(options.home.join("pg")).arg(port.to_string());
    let mut server = Process::start("PostgreSQL", postgres, Signal::SIGINT, options.logs().join("postgres.log"))?;
    let superuser = superuser(port);
    server.wait_until(async || tokio_postgres::connect(&superuser, NoTls).await.is_ok()).await?;
    Ok(server)
}

fn superuser(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres")
}

async fn create(superuser: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(superuser, NoTls).await?;
    let connection = tokio::spawn(connection);
    // One statement at a time: PostgreSQL creates and drops databases outside of transactions only.
    for statement in [
        "DROP DATABASE IF EXISTS pledge WITH (FORCE)",
        "DROP ROLE IF EXISTS pledge",
        "CREATE ROLE pledge LOGIN",
        "CREATE DATABASE pledge OWNER pledge",
    ] {
        client.batch_execute(statement).await?;
    }
    drop(client);
    // The connection ends with its client.
    _ = connection.await;
    Ok(())
}

async fn migrate(url: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    pledge_migrations::up(&mut client).await?;
    client.batch_execute(include_str!("../seed.sql")).await?;
    drop(client);
    // The connection ends with its client.
    _ = connection.await;
    Ok(())
}
