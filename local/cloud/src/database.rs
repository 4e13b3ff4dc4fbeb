//! A real PostgreSQL server with a fresh, migrated database.

use nix::sys::signal::Signal;
use tokio_postgres::NoTls;

use crate::process::{Process, command, free_port};
use crate::{Error, Options};

/// The server, whose files stay from start to start, and the database, which doesn't: what the stand-ins know of
/// customers and sessions goes with them, and rows that point there would be wrong.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) server: Process,
    /// For the functions: the owner of the database, who is no superuser.
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn start(options: &Options) -> Result<Self, Error> {
        let port = free_port()?;
        let data = options.home.join("pg");
        let mut postgres = command(options.project.join("scripts/postgres"), Signal::SIGINT);
        postgres.arg(&data).arg(port.to_string());
        let mut server = Process::start("PostgreSQL", postgres, Signal::SIGINT, options.logs().join("postgres.log"))?;
        let superuser = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        server.wait_until(async || tokio_postgres::connect(&superuser, NoTls).await.is_ok()).await?;

        let url = format!("postgres://pledge@127.0.0.1:{port}/pledge");
        create(&superuser).await.map_err(|error| Error::Database(error.into()))?;
        migrate(&url).await.map_err(Error::Database)?;
        Ok(Self { server, url })
    }
}

async fn create(superuser: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(superuser, NoTls).await?;
    let connection = tokio::spawn(connection);
    // One at a time: PostgreSQL creates and drops databases outside of transactions only.
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
