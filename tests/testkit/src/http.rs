//! Requests as API Gateway hands them to a function.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

/// A request to an HTTP API in payload format 2.0
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).
#[derive(Debug, Clone)]
pub struct HttpEvent {
    method: &'static str,
    path: String,
    query: String,
    headers: Map<String, Value>,
    body: Option<String>,
    base64: bool,
}

impl HttpEvent {
    /// A request without a body.
    #[must_use]
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), query: String::new(), headers: Map::new(), body: None, base64: false }
    }

    /// `GET`
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// `POST`
    #[must_use]
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// With this query, without its question mark.
    #[must_use]
    pub fn query(self, query: &str) -> Self {
        Self { query: query.to_owned(), ..self }
    }

    /// With this header. API Gateway writes the names in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// With this text as its body.
    #[must_use]
    pub fn body(self, text: &str) -> Self {
        Self { body: Some(text.to_owned()), base64: false, ..self }
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.header("content-type", "application/json").body(&value.to_string())
    }

    /// With these bytes as its body, in base64, as API Gateway hands over what it doesn't know to be text.
    #[must_use]
    pub fn base64(self, bytes: &[u8]) -> Self {
        Self { body: Some(STANDARD.encode(bytes)), base64: true, ..self }
    }

    /// The event's JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let route = format!("{} {}", self.method, self.path);
        let event = json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "domainName": "api.example.com",
                "domainPrefix": "api",
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "test",
                },
                "requestId": "request-id",
                "routeKey": route,
                "stage": "$default",
                "time": "14/Nov/2023:22:13:20 +0000",
                "timeEpoch": 1_700_000_000_000_i64,
            },
            "body": self.body,
            "isBase64Encoded": self.base64,
        });
        event.to_string()
    }
}
