//! Requests to the stand-ins' controls.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::Value;

/// Something that had to work and didn't.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No answer.
    #[error("no answer")]
    Http(#[from] reqwest::Error),
    /// An answer that isn't a success.
    #[error("{method} {url} was answered with {status}: {body}")]
    Status {
        /// Of the request.
        method: Method,
        /// Of the request.
        url: String,
        /// Of the answer.
        status: u16,
        /// Of the answer.
        body: String,
    },
    /// The database didn't answer.
    #[error("the database failed")]
    Database(#[from] tokio_postgres::Error),
    /// Something didn't become true in time, or isn't what it must be.
    #[error("{0}")]
    Unexpected(String),
}

/// Some controls answer only when something has happened, after two minutes at the latest.
const LONGEST_POLL: Duration = Duration::from_secs(150);

/// Asks one of the controls.
pub(crate) async fn control(
    client: &Client,
    method: Method,
    url: String,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let mut request = client.request(method.clone(), &url).timeout(LONGEST_POLL);
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await?;
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        return Err(Failure::Status { method, url, status: status.as_u16(), body: text });
    }
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
