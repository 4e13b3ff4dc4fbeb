//! The functions' API, called as the front end calls it.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::failure::Failure;

/// A client of the API.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    base: String,
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, if it is JSON.
    pub body: Value,
}

impl Answer {
    /// Returns a text in the body; empty if there is none.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    /// Returns this answer if it has the status.
    ///
    /// # Errors
    /// [`Failure::Unexpected`] with the whole answer if it hasn't.
    pub fn expect_status(self, status: u16) -> Result<Self, Failure> {
        if self.status == status {
            return Ok(self);
        }
        Err(Failure::Unexpected(format!("expected {status}, got {} {}", self.status, self.body)))
    }
}

impl Api {
    pub(crate) fn new(client: Client, base: &str) -> Self {
        Self { client, base: base.to_owned() }
    }

    /// Returns a request to a path, for calls that the other methods don't cover.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        let body = response.json().await.unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.send(self.request(reqwest::Method::POST, path).json(body)).await
    }

    /// Posts JSON as a signed-in reader.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn post_as(&self, token: &str, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.send(self.request(reqwest::Method::POST, path).bearer_auth(token).json(body)).await
    }

    /// Gets JSON.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.send(self.request(reqwest::Method::GET, path)).await
    }

    /// Gets JSON as a signed-in reader.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn get_as(&self, token: &str, path: &str) -> Result<Answer, Failure> {
        self.send(self.request(reqwest::Method::GET, path).bearer_auth(token)).await
    }

    /// Sends the preorder form and returns the preorder's id.
    ///
    /// # Errors
    /// If the answer isn't 201.
    pub async fn preorder(&self, email: &str, color: &str) -> Result<String, Failure> {
        let answer = self.post("/preorders", &json!({ "email": email, "color": color, "locale": "en" })).await?;
        Ok(answer.expect_status(201)?.text("preorderId").to_owned())
    }

    /// Opens the checkout and returns the session's id.
    ///
    /// # Errors
    /// If the answer isn't 200.
    pub async fn checkout(&self, preorder: &str) -> Result<String, Failure> {
        let answer = self.post("/checkout", &json!({ "preorderId": preorder })).await?;
        Ok(answer.expect_status(200)?.text("sessionId").to_owned())
    }
}
