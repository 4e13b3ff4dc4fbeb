//! The one TLS stack: rustls with ring, and Mozilla's root certificates, which are part of the binary.
//!
//! The system's certificate store isn't read, since parsing it would take most of a cold start (`docs/adr`).

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Returns the public certificate authorities, which every connection trusts.
#[must_use]
pub fn web_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// Returns the configuration of TLS clients that trust `roots`, with TLS 1.2 and 1.3, without a client certificate or ALPN.
///
/// # Errors
/// [`rustls::Error`] if ring doesn't support a protocol version, which can't happen.
pub fn client_config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}
