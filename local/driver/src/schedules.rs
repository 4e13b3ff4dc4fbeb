//! The functions' schedules, run on demand.

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

    /// Runs the catch-up, without leaving the newest events to delivery. Returns how many events it recorded.
    ///
    /// # Errors
    /// If the function fails, or isn't done yet.
    pub async fn catch_up(&self) -> Result<u64, Failure> {
        let report = control(&self.client, Method::POST, format!("{}/catch-up", self.base), Some(&json!({}))).await?;
        match (report["catchUp"].as_str(), &report["recorded"]) {
            (Some("complete"), Value::Number(recorded)) => Ok(recorded.as_u64().unwrap_or_default()),
            _ => Err(Failure::Unexpected(format!("the catch-up answered {report}"))),
        }
    }
}
