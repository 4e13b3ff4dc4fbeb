//! The migrated database of which other databases are copies.

use pledge_migrations::MIGRATIONS;
use tokio_postgres::Config;
use uuid::Uuid;

use crate::database::server::connect;

/// Returns the name of a database with every migration applied. It is made once for each state of the migrations.
///
/// The template gets its name when it is complete, so an incomplete one is never copied.
pub(crate) async fn migrated(server: &Config) -> String {
    let name = name();
    let client = connect(server).await;
    client.execute(include_str!("../../queries/lock_template.sql"), &[&name]).await.unwrap();
    let exists = client.query_one(include_str!("../../queries/database_exists.sql"), &[&name]).await.unwrap();
    if !exists.get::<_, bool>(0) {
        let unfinished = format!("{name}_unfinished");
        let drop = format!("drop database if exists {unfinished} with (force)");
        client.batch_execute(&drop).await.unwrap();
        client.batch_execute(&format!("create database {unfinished} strategy wal_log")).await.unwrap();
        migrate(server, &unfinished).await;
        client.batch_execute(&format!("alter database {unfinished} rename to {name}")).await.unwrap();
    }
    // The lock is released with the connection.
    name
}

async fn migrate(server: &Config, database: &str) {
    let mut config = server.clone();
    config.dbname(database);
    let (mut client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    pledge_migrations::up(&mut client).await.unwrap();
    drop(client);
    // A database can't be renamed while anybody is connected.
    connection.await.unwrap().unwrap();
}

fn name() -> String {
    let steps: Vec<_> = MIGRATIONS.iter().map(|step| step.up).collect();
    let fingerprint = Uuid::new_v5(&Uuid::nil(), steps.join("\0").as_bytes());
    format!("pledge_template_{}", fingerprint.simple())
}
