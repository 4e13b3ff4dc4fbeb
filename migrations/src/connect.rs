//! The connection of the command line.

use std::{error::Error, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Connects as `DATABASE_URL` and `PGSSLROOTCERT` say.
#[allow(clippy::disallowed_methods, reason = "the program's only look at its environment")]
pub async fn from_environment() -> Result<Client, Box<dyn Error + Send + Sync>> {
    let url = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let authorities = std::env::var("PGSSLROOTCERT").ok();
    let (client, connection) = tokio_postgres::connect(&url, tls(authorities.as_deref())?).await?;
    // Its errors also reach the client.
    tokio::spawn(async { drop(connection.await) });
    Ok(client)
}

fn tls(authorities: Option<&str>) -> Result<MakeRustlsConnect, Box<dyn Error + Send + Sync>> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = authorities {
        for certificate in CertificateDer::pem_file_iter(file)? {
            roots.add(certificate?)?;
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
