//! Requests as API Gateway hands them to a function.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

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
    source: String,
}

impl HttpEvent {
    /// Returns a request without a body.
    #[must_use]
    pub fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query: String::new(),
            headers: Map::new(),
            body: None,
            base64: false,
            source: "192.0.2.1".to_owned(),
        }
    }

    /// Returns a `GET` request.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// Returns a `POST` request.
    #[must_use]
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// Sets the query, which is given without its question mark.
    #[must_use]
    pub fn query(self, query: &str) -> Self {
        Self { query: query.to_owned(), ..self }
    }

    /// Sets the address that API Gateway saw.
    #[must_use]
    pub fn from_address(self, address: &str) -> Self {
        Self { source: address.to_owned(), ..self }
    }

    /// Adds a header. API Gateway writes the names in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// Sets a text as the body.
    #[must_use]
    pub fn body(self, text: &str) -> Self {
        Self { body: Some(text.to_owned()), base64: false, ..self }
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.header("content-type", "application/json").body(&value.to_string())
    }

    /// Sets bytes as the body, in base64, as API Gateway passes on bodies that it doesn't know to be text.
    #[must_use]
    pub fn base64(self, bytes: &[u8]) -> Self {
        Self { body: Some(STANDARD.encode(bytes)), base64: true, ..self }
    }

    /// Returns the method of the request.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method
    }

    /// Returns the path of the request, with the stage if there is one.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the event's JSON. As in API Gateway's own events, there is no `queryStringParameters` without a query and
    /// no `body` without a body.
    #[must_use]
    pub fn to_json(&self) -> String {
        let route = format!("{} {}", self.method, self.path);
        let mut event = json!({
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
                    "sourceIp": self.source,
                    "userAgent": "test",
                },
                "requestId": "request-id",
                "routeKey": route,
                "stage": "$default",
                "time": "14/Nov/2023:22:13:20 +0000",
                "timeEpoch": 1_700_000_000_000_i64,
            },
            "isBase64Encoded": self.base64,
        });
        if !self.query.is_empty() {
            event["queryStringParameters"] = parameters(&self.query).into();
        }
        if let Some(body) = &self.body {
            event["body"] = body.as_str().into();
        }
        event.to_string()
    }
}

/// Returns the decoded parameters of a query. The values of a repeated one are joined with commas.
fn parameters(query: &str) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match parameters.get(name.as_ref()).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value.into_owned(),
        };
        parameters.insert(name.into_owned(), value.into());
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(request: &HttpEvent) -> Value {
        serde_json::from_str(&request.to_json()).unwrap()
    }

    #[test]
    fn a_query_is_also_there_decoded_with_repeated_parameters_joined() {
        let event = event(&HttpEvent::get("/novels").query("id=1&name=a%20b+c&id=2"));
        assert_eq!(event["rawQueryString"], "id=1&name=a%20b+c&id=2");
        assert_eq!(event["queryStringParameters"], json!({ "id": "1,2", "name": "a b c" }));
    }

    #[test]
    fn a_request_without_query_and_body_has_no_fields_for_them() {
        let event = event(&HttpEvent::get("/novels"));
        assert_eq!((event.get("queryStringParameters"), event.get("body")), (None, None));
    }
}
