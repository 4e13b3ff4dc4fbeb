//! One TLS stack: rustls with ring and Mozilla's roots, which are part of the binary.
//!
//! The system's certificate store is not read: parsing it costs most of a cold start (`docs/adr`).

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Returns the authorities that every connection trusts.
#[must_use]
pub fn web_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// Makes a client that trusts `roots`: TLS 1.2 and 1.3, no client certificate, no ALPN.
///
/// # Errors
/// None in practice: ring supports both protocol versions.
pub fn client_config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}
