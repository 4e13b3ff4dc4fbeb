//! Tests of the client against a server that answers as Klaviyo does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use pledge_domain::{
    Timestamp,
    email::Email,
    outbox::{Announcement, AnnouncementKind, Payload, Profile},
    ports::{Marketing, MarketingError},
};
use pledge_klaviyo::{Config, KlaviyoClient, List, MetricNames};
use pledge_runtime::{Secret, http, tls};
use tokio::{net::TcpListener, sync::Mutex, time::Instant};

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

fn config(base: &str, key: &str) -> Config {
    Config { base: base.to_owned(), key: Secret::new(key), metric_names: MetricNames::default(), list: None }
}

fn client(base: &str) -> KlaviyoClient {
    let http = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
    KlaviyoClient::new(http, config(base, "pk_test_1")).unwrap()
}

fn entry() -> Announcement {
    let email = Email::parse("reader@example.com").unwrap();
    let profile = Profile { email, external_id: None, phone_number: None, first_name: None, last_name: None };
    let payload = Payload { profile, properties: Default::default(), value: None, occurred_at: Timestamp::UNIX_EPOCH };
    Announcement::new(AnnouncementKind::PreorderStarted, "p-1", payload)
}

/// Sends an event to a server that gives this answer, and returns the result.
async fn send_to(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Result<(), MarketingError> {
    let base = serve(Router::new().route("/api/events", post(async move || answer))).await;
    client(&base).send(&entry()).await
}

#[tokio::test]
async fn a_request_has_the_headers_and_the_id_that_klaviyo_needs() {
    type Seen = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;
    let seen = Seen::default();
    let record = async |State(seen): State<Seen>, headers: HeaderMap, body: Bytes| {
        seen.lock().await.push((headers, body));
        StatusCode::ACCEPTED
    };
    let base = serve(Router::new().route("/api/events", post(record)).with_state(seen.clone())).await;
    client(&base).send(&entry()).await.unwrap();

    let seen = seen.lock().await;
    let [(headers, body)] = seen.as_slice() else { panic!("one request") };
    assert_eq!(headers["authorization"], "Klaviyo-API-Key pk_test_1");
    assert_eq!(headers["revision"], "2026-07-15");
    assert_eq!(headers["content-type"], "application/vnd.api+json");
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body["data"]["attributes"]["unique_id"], entry().id.to_string());
    assert_eq!(body["data"]["attributes"]["metric"]["data"]["attributes"]["name"], "preorder_started");
}

#[tokio::test]
async fn a_busy_klaviyo_says_when_to_come_back() {
    let answer = (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "12")], r#"{"errors":[{"code":"throttled"}]}"#);
    let expected =
        MarketingError::Retryable { reason: "429; throttled".to_owned(), retry_after: Some(Duration::from_secs(12)) };
    assert_eq!(send_to(answer).await, Err(expected));
}

#[tokio::test]
async fn a_refused_event_is_refused_for_good() {
    let errors = r#"{"errors":[{"code":"invalid","title":"Invalid input.","detail":"reader@example.com"}]}"#;
    let expected = MarketingError::Permanent { reason: "400; invalid Invalid input.".to_owned() };
    assert_eq!(send_to((StatusCode::BAD_REQUEST, errors)).await, Err(expected));
}

#[tokio::test]
async fn without_a_connection_the_event_waits() {
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failed = client(&format!("http://{unused}")).send(&entry()).await;
    let Err(MarketingError::Retryable { reason, retry_after: None }) = failed else { panic!("{failed:?}") };
    assert!(!reason.contains('@') && !reason.contains("pk_test"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_klaviyo_that_does_not_answer_is_left_after_five_seconds() {
    let base = serve(Router::new().route("/api/events", post(std::future::pending::<StatusCode>))).await;
    let start = Instant::now();
    let failed = client(&base).send(&entry()).await;
    assert!(matches!(failed, Err(MarketingError::Retryable { .. })), "{failed:?}");
    assert!(start.elapsed() <= Duration::from_millis(5_100), "{:?}", start.elapsed());
}

#[test]
fn a_key_with_a_line_break_is_refused_and_a_client_does_not_show_its_key() {
    let http = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
    let broken = KlaviyoClient::new(http, config("https://example.com", "pk\n1"));
    assert!(broken.is_err());
    assert!(!format!("{:?}", client("https://example.com")).contains("pk_test"));
}

fn consent(given: bool, proven: bool) -> Announcement {
    let properties = serde_json::json!({
        "address_proven": proven, "marketing_consent": given, "source": "account", "text_version": "en/2026-11",
    });
    let kind =
        if given { AnnouncementKind::MarketingConsentGiven } else { AnnouncementKind::MarketingConsentWithdrawn };
    let payload = Payload { properties: properties.as_object().unwrap().clone(), ..entry().payload };
    Announcement::new(kind, "ada:1", payload)
}

/// Sends an announcement with this list configured, and returns the path and the body of the request.
async fn posted(entry: &Announcement, list: Option<List>) -> (String, serde_json::Value) {
    type Seen = Arc<Mutex<Vec<(String, Bytes)>>>;
    let seen = Seen::default();
    let record = async |State(seen): State<Seen>, uri: axum::http::Uri, body: Bytes| {
        seen.lock().await.push((uri.path().to_owned(), body));
        StatusCode::ACCEPTED
    };
    let base = serve(Router::new().fallback(record).with_state(seen.clone())).await;
    let http = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
    let client = KlaviyoClient::new(http, Config { list, ..config(&base, "pk_test_1") }).unwrap();
    client.send(entry).await.unwrap();
    let (path, body) = seen.lock().await.remove(0);
    (path, serde_json::from_slice(&body).unwrap())
}

fn list(double_opt_in: bool) -> Option<List> {
    Some(List { id: "Y6nRLr".to_owned(), double_opt_in })
}

#[tokio::test]
async fn consent_subscribes_to_the_list_without_passing_over_its_confirmation() {
    let expected = serde_json::json!({ "data": {
        "type": "profile-subscription-bulk-create-job",
        "attributes": {
            "custom_source": "account, text en/2026-11",
            "profiles": { "data": [{ "type": "profile", "attributes": {
                "email": "reader@example.com",
                "subscriptions": { "email": { "marketing": { "consent": "SUBSCRIBED" } } },
            } }] },
        },
        "relationships": { "list": { "data": { "type": "list", "id": "Y6nRLr" } } },
    } });
    for (proven, double_opt_in) in [(true, false), (true, true), (false, true)] {
        let (path, body) = posted(&consent(true, proven), list(double_opt_in)).await;
        assert_eq!((path.as_str(), &body), ("/api/profile-subscription-bulk-create-jobs", &expected));
    }
}

#[tokio::test]
async fn consent_that_nobody_proved_subscribes_nobody_to_a_list_that_asks_nobody() {
    for (entry, list) in
        [(consent(true, false), list(false)), (consent(true, true), None), (consent(false, true), None)]
    {
        let (path, body) = posted(&entry, list).await;
        assert_eq!(path, "/api/events");
        assert_eq!(body["data"]["attributes"]["properties"]["text_version"], "en/2026-11");
    }
    let (path, _) = posted(&entry(), list(false)).await;
    assert_eq!(path, "/api/events", "anything else is an event");
}

#[tokio::test]
async fn a_withdrawal_unsubscribes_from_everything() {
    let expected = serde_json::json!({ "data": {
        "type": "profile-subscription-bulk-delete-job",
        "attributes": { "profiles": { "data": [{ "type": "profile", "attributes": {
            "email": "reader@example.com",
            "subscriptions": { "email": { "marketing": { "consent": "UNSUBSCRIBED" } } },
        } }] } },
    } });
    for proven in [true, false] {
        let (path, body) = posted(&consent(false, proven), list(false)).await;
        assert_eq!((path.as_str(), &body), ("/api/profile-subscription-bulk-delete-jobs", &expected));
    }
}
