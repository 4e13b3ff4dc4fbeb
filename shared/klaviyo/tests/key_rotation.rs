//! Promise: an API key can be replaced while the process runs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use pledge_domain::{
    Timestamp,
    email::Email,
    outbox::{Announcement, AnnouncementKind, Payload, Profile},
    ports::{Marketing, MarketingError},
};
use pledge_klaviyo::{Config, KlaviyoClient, MetricNames};
use pledge_runtime::{http, secrets::read, tls};
use pledge_testkit::FakeVault;
use tokio::net::TcpListener;

async fn only_the_new_key(headers: HeaderMap) -> StatusCode {
    if headers["authorization"] == "Klaviyo-API-Key pk_new" { StatusCode::ACCEPTED } else { StatusCode::UNAUTHORIZED }
}

/// Returns a client that has read the old key, and the vault that the key is in.
async fn environment() -> (KlaviyoClient, FakeVault) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().route("/api/events", post(only_the_new_key));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let vault = FakeVault::new([("arn:key", "pk_old")]);
    let key = read("KLAVIYO_API_KEY", "arn:key", &vault).await.unwrap();
    let http = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
    let config = Config { base, key, metric_names: MetricNames::default(), list: None };
    (KlaviyoClient::new(http, config).unwrap(), vault)
}

fn entry() -> Announcement {
    let email = Email::parse("reader@example.com").unwrap();
    let profile = Profile { email, external_id: None, phone_number: None, first_name: None, last_name: None };
    let payload = Payload { profile, properties: Default::default(), value: None, occurred_at: Timestamp::UNIX_EPOCH };
    Announcement::new(AnnouncementKind::PreorderStarted, "p-1", payload)
}

#[tokio::test]
async fn the_event_that_was_refused_is_sent_with_the_new_key() {
    let (klaviyo, vault) = environment().await;
    vault.put("arn:key", "pk_new");
    klaviyo.send(&entry()).await.unwrap();
}

#[tokio::test]
async fn an_event_waits_while_the_key_stays_wrong() {
    let (klaviyo, _vault) = environment().await;
    for _ in 0..2 {
        let refused = klaviyo.send(&entry()).await;
        assert!(matches!(refused, Err(MarketingError::Retryable { .. })), "{refused:?}");
    }
}
