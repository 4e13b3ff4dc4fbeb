//! Opening connections of the pool, with the login that the settings have at that moment.

use std::{future::Future, pin::Pin};

use deadpool_postgres::Connect;
use pledge_domain::{error_chain::ErrorChain, ports::Clock};
use pledge_runtime::{
    System,
    aws::{AwsSettings, rds},
    secrets::Rotating,
};
use rustls::ClientConfig;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls, config::Host};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::naming::Naming;

/// The opener of the pool's connections.
pub(crate) struct Connector {
    /// The server, the user and the password, which may be replaced while the process runs.
    pub login: Rotating<Config>,
    /// The AWS credentials that sign a token in place of the password; none if a password is used.
    pub iam: Option<AwsSettings>,
    /// The TLS configuration; none for plain connections.
    pub tls: Option<ClientConfig>,
    /// Whether statements have names on the server.
    pub naming: Naming,
}

type Opening<'a> = Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + 'a>>;

impl Connect for Connector {
    fn connect(&self, _: &Config) -> Opening<'_> {
        Box::pin(self.open())
    }
}

impl Connector {
    async fn open(&self) -> Result<(Client, JoinHandle<()>), Error> {
        let mut config = (*self.login.current()).clone();
        self.naming.configure(&mut config);
        if let Some(aws) = &self.iam {
            sign_in(&mut config, aws);
        }
        // The connection's errors are dropped, since the client gets them too.
        match &self.tls {
            Some(tls) => {
                let (client, connection) = config.connect(MakeRustlsConnect::new(tls.clone())).await?;
                Ok((client, tokio::spawn(async { drop(connection.await) })))
            }
            None => {
                let (client, connection) = config.connect(NoTls).await?;
                Ok((client, tokio::spawn(async { drop(connection.await) })))
            }
        }
    }
}

/// Replaces the password by a new RDS token. If no token can be signed, the error is logged, and the server refuses the
/// login.
fn sign_in(config: &mut Config, aws: &AwsSettings) {
    let Some(Host::Tcp(host)) = config.get_hosts().first().cloned() else { return };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let user = config.get_user().unwrap_or_default().to_owned();
    match rds::auth_token(aws, &host, port, &user, System.now()) {
        Ok(token) => drop(config.password(token.expose())),
        Err(error) => {
            tracing::error!(target: "pledge", error = %ErrorChain(error.as_ref()), "no token for RDS could be signed");
        }
    }
}
