//! Publishers and AWS settings of tests.

#![allow(clippy::unwrap_used, reason = "a helper of tests")]

use pledge_faults::QueueServer;
use pledge_queue::SqsPublisher;
use pledge_runtime::{
    Secret,
    aws::{self, AwsSettings},
    http, tls,
};

/// Returns a publisher to the queue of a server.
pub fn publisher(server: &QueueServer) -> SqsPublisher {
    publisher_at(&server.base_url(), &server.queue_url())
}

/// Returns a publisher to the queue `queue_url` that calls AWS at `endpoint`.
pub fn publisher_at(endpoint: &str, queue_url: &str) -> SqsPublisher {
    SqsPublisher::new(&aws::sdk_config(&settings(endpoint), client()), queue_url)
}

/// Returns the settings of an AWS account at `endpoint`.
pub fn settings(endpoint: &str) -> AwsSettings {
    AwsSettings {
        region: "eu-west-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: Secret::new("test"),
        session_token: Some(Secret::new("session")),
        endpoint_url: Some(endpoint.to_owned()),
    }
}

/// Returns the HTTP client of production.
pub fn client() -> reqwest::Client {
    http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap()
}
