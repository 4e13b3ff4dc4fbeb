//! Connections to a server.

use tokio_postgres::{Client, Config, NoTls};

/// Connects to a server. The connection ends when the client is dropped.
pub(crate) async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("the server in TEST_DATABASE_URL must answer");
    // Errors of the connection also reach the client.
    tokio::spawn(async { drop(connection.await) });
    client
}
