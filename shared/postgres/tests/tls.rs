//! The promises of `sslmode`, on a server that has no TLS.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use std::sync::Arc;

use pledge_domain::ports::StoreError;
use pledge_postgres::{Database, Settings};
use pledge_testkit::TestDatabase;
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Returns the result of connecting with this `sslmode`.
async fn connect(mode: &str) -> Result<(), StoreError> {
    let database = TestDatabase::new().await;
    let url = database.url().replace("sslmode=disable", &format!("sslmode={mode}"));
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let tls = builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    Database::new(Settings::parse(&url).unwrap(), Some(tls)).unwrap().warm_up().await
}

#[tokio::test]
async fn who_requires_tls_never_talks_in_plain_text() {
    for mode in ["require", "verify-full"] {
        let refused = connect(mode).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{mode}: {refused:?}");
    }
}

#[tokio::test]
async fn who_only_prefers_tls_does_without() {
    connect("prefer").await.unwrap();
}
