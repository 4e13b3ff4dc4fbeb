//! Shared parts of the tests: a raw HTTP client and a webhook receiver that verifies by itself.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

pub mod receiver;
pub mod shop;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

pub const PATIENCE: Duration = Duration::from_secs(20);

/// Returns a client that follows no redirects.
pub fn client() -> Client {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// A client that calls the Stripe stand-in's API without any SDK.
#[derive(Clone)]
pub struct Api {
    pub base: String,
    pub http: Client,
}

impl Api {
    pub fn new(base: String) -> Self {
        Self { base, http: client() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth("sk_test_123")
    }

    pub fn form(&self, path: &str, params: &[(&str, &str)]) -> RequestBuilder {
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(params);
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encoded.finish())
    }

    pub async fn post(&self, path: &str, params: &[(&str, &str)]) -> (StatusCode, Value) {
        answer(self.form(path, params)).await
    }

    /// Sends a POST that must succeed.
    pub async fn make(&self, path: &str, params: &[(&str, &str)]) -> Value {
        let (status, body) = self.post(path, params).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    /// Sends a GET that must succeed.
    pub async fn read(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub async fn delete(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::DELETE, path)).await
    }
}

pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let body = response.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
}

/// Returns the text at a JSON pointer.
pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the types of events, in their order.
pub fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| text(event, "/type")).collect()
}

/// Returns the parameters of a one-item session for a price.
pub fn session_params(price: &str) -> Vec<(&str, &str)> {
    vec![
        ("mode", "payment"),
        ("line_items[0][price]", price),
        ("line_items[0][quantity]", "1"),
        ("success_url", "https://shop.test/ok?session_id={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "https://shop.test/cancel"),
        ("metadata[preorderId]", "p-1"),
        ("payment_intent_data[metadata][preorderId]", "p-1"),
    ]
}

/// Returns a price of 19.99 USD.
pub async fn price(api: &Api) -> String {
    let price =
        api.make("/v1/prices", &[("currency", "usd"), ("unit_amount", "1999"), ("product_data[name]", "Plush")]).await;
    text(&price, "/id").to_owned()
}
