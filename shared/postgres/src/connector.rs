//! How a connection is opened: with what the settings say at that moment.

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

/// Opens the pool's connections.
pub(crate) struct Connector {
    /// May be replaced while the process runs.
    pub login: Rotating<Config>,
    pub iam: Option<AwsSettings>,
    pub tls: Option<ClientConfig>,
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
        // The connection's errors also reach the client.
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

/// Puts a fresh token in the place of the password. Without one, the server says what is wrong.
fn sign_in(config: &mut Config, aws: &AwsSettings) {
    let Some(Host::Tcp(host)) = config.get_hosts().first().cloned() else { return };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let user = config.get_user().unwrap_or_default().to_owned();
    match rds::auth_token(aws, &host, port, &user, System.now()) {
        Ok(token) => drop(config.password(token.expose())),
        Err(error) => tracing::error!(target: "pledge", error = %ErrorChain(error.as_ref()), "no token for RDS"),
    }
}
