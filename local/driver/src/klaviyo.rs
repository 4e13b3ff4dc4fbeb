//! The Klaviyo stand-in, and the events that arrived there.

use std::time::Duration;

use reqwest::{Client, Method};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    database::Database,
    failure::{Failure, control},
};

/// A client of the Klaviyo stand-in's controls.
#[derive(Debug, Clone)]
pub struct Klaviyo {
    client: Client,
    base: String,
}

/// An event that Klaviyo has accepted. Repetitions of a `unique_id` aren't among them.
#[derive(Debug, Clone, Deserialize)]
pub struct KlaviyoEvent {
    /// The metric's name.
    pub metric: String,
    /// The event's `unique_id`.
    pub unique_id: String,
    /// The profile's address.
    pub email: Option<String>,
    /// The event's properties.
    pub properties: Map<String, Value>,
}

/// How long it may take until the outbox is empty, sweeps included.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(180);

impl Klaviyo {
    pub(crate) fn new(client: Client, base: &str) -> Self {
        Self { client, base: base.to_owned() }
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        control(&self.client, Method::GET, format!("{}/{path}", self.base), None).await
    }

    /// Returns the events that were accepted.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn events(&self) -> Result<Vec<KlaviyoEvent>, Failure> {
        events(self.get("events").await?)
    }

    /// Waits until `count` events about an address have been accepted, and returns them.
    ///
    /// # Errors
    /// If they don't arrive within two minutes.
    pub async fn wait(&self, email: &str, count: usize) -> Result<Vec<KlaviyoEvent>, Failure> {
        let found = events(self.get(&format!("events/wait?count={count}&email={email}&timeout_ms=120000")).await?)?;
        if found.len() >= count {
            return Ok(found);
        }
        Err(Failure::Unexpected(format!("expected {count} events in Klaviyo, got {}", found.len())))
    }

    /// Waits until every row of the outbox that can be sent is sent.
    ///
    /// # Errors
    /// If one is left after three minutes.
    pub async fn settled(&self, database: &Database) -> Result<(), Failure> {
        let client = database.connect().await?;
        let waiting =
            "select count(*) from outbox where sent_at is null and parked_at is null and superseded_at is null";
        let empty = async {
            loop {
                let left: i64 = client.query_one(waiting, &[]).await?.get(0);
                if left == 0 {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(SETTLE_TIMEOUT, empty)
            .await
            .map_err(|_| Failure::Unexpected("the outbox did not empty".to_owned()))?
    }

    /// Makes coming requests fail as a fault of the stand-ins describes.
    ///
    /// # Errors
    /// If the stand-in refuses the fault.
    pub async fn fault(&self, fault: &Value) -> Result<(), Failure> {
        control(&self.client, Method::POST, format!("{}/faults", self.base), Some(fault)).await.map(drop)
    }

    /// Removes all faults.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn clear_faults(&self) -> Result<(), Failure> {
        control(&self.client, Method::DELETE, format!("{}/faults", self.base), None).await.map(drop)
    }

    /// Returns the state of e-mail marketing of an address, by the stand-in's name; none if Klaviyo doesn't know the
    /// address.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn marketing(&self, email: &str) -> Result<Option<String>, Failure> {
        let profiles = self.get(&format!("profiles?email={email}")).await?;
        Ok(profiles[0]["email_marketing"].as_str().map(str::to_owned))
    }

    /// Returns every request to create an event, accepted or not, with its status.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn attempts(&self) -> Result<Vec<Value>, Failure> {
        Ok(self.get("attempts").await?.as_array().cloned().unwrap_or_default())
    }
}

fn events(value: Value) -> Result<Vec<KlaviyoEvent>, Failure> {
    serde_json::from_value(value).map_err(|error| Failure::Unexpected(error.to_string()))
}
