//! The driver's errors, and requests to the stand-ins' controls.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::Value;

/// The reason why a step of the driver failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There was no answer.
    #[error("no answer")]
    Http(#[from] reqwest::Error),
    /// The answer isn't a success.
    #[error("{method} {url} was answered with {status}: {body}")]
    Status {
        /// The method of the request.
        method: Method,
        /// The address of the request.
        url: String,
        /// The status of the answer.
        status: u16,
        /// The body of the answer.
        body: String,
    },
    /// The database didn't answer.
    #[error("the database failed")]
    Database(#[from] tokio_postgres::Error),
    /// Something didn't become true in time, or isn't what it must be.
    #[error("{0}")]
    Unexpected(String),
}

/// The longest wait for a control's answer: some answer only when something has happened, after two minutes at the
/// latest.
const LONGEST_POLL: Duration = Duration::from_secs(150);

/// Calls a control and returns its answer.
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
