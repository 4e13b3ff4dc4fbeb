//! The schedules of the functions, when somebody runs them.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{Failure, failure::control};

/// Invokes functions as their schedules do.
#[derive(Debug, Clone)]
pub struct Schedules {
    client: Client,
    base: String,
}

impl Schedules {
    pub(crate) fn new(client: Client, base: &str) -> Self {
        Self { client, base: base.to_owned() }
    }

    /// Fetches the events that Stripe didn't deliver, those of this minute too. Returns how many were recorded.
    ///
    /// # Errors
    /// If the function fails, or has to go on next time.
    pub async fn catch_up(&self) -> Result<u64, Failure> {
        let report = control(&self.client, Method::POST, format!("{}/catch-up", self.base), Some(&json!({}))).await?;
        match (report["catchUp"].as_str(), &report["recorded"]) {
            (Some("complete"), Value::Number(recorded)) => Ok(recorded.as_u64().unwrap_or_default()),
            _ => Err(Failure::Unexpected(format!("the catch-up answered {report}"))),
        }
    }
}
