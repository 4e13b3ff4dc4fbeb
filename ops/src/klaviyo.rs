//! Requests to Klaviyo that the sender doesn't make: reading events, and deleting a person's profile.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use pledge_domain::{Timestamp, email::Email, outbox::AnnouncementKind};
use pledge_klaviyo::Config;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::console::{Failure, words::iso};

/// The version of the API that these requests are written for.
const REVISION: &str = "2026-07-15";

const JSON_API: &str = "application/vnd.api+json";

const TIMEOUT: Duration = Duration::from_secs(30);

/// The number of tries of a request that Klaviyo answers with 429 or a 5xx.
const MOST_TRIES: u32 = 5;

/// A client of Klaviyo's API.
#[derive(Debug)]
pub struct Klaviyo {
    http: Client,
    config: Config,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    #[serde(default)]
    links: Links,
}

#[derive(Default, Deserialize)]
struct Links {
    #[serde(default)]
    next: Option<String>,
}

impl Klaviyo {
    /// Makes a client that sends its requests over `http`.
    pub fn new(http: Client, config: Config) -> Self {
        Self { http, config }
    }

    /// Returns the ids of our metrics at Klaviyo, by kind. Klaviyo knows a metric from its first event on
    /// (<https://developers.klaviyo.com/en/reference/get_metrics>).
    pub async fn metrics(&self) -> Result<BTreeMap<AnnouncementKind, String>, Failure> {
        let url = Url::parse_with_params(&self.url("metrics"), [("fields[metric]", "name")])?;
        let mut ids = BTreeMap::new();
        for metric in self.pages(url).await? {
            let name = metric.pointer("/attributes/name").and_then(Value::as_str).unwrap_or_default();
            let kinds = AnnouncementKind::ALL.into_iter().filter(|kind| self.config.metric_names.get(*kind) == name);
            ids.extend(kinds.filter_map(|kind| Some((kind, metric["id"].as_str()?.to_owned()))));
        }
        Ok(ids)
    }

    /// Returns the unique ids of a metric's events that happened in a window of time
    /// (<https://developers.klaviyo.com/en/reference/get_events>).
    pub async fn events(&self, metric: &str, from: Timestamp, to: Timestamp) -> Result<BTreeSet<String>, Failure> {
        let (from, to) = (iso(from), iso(to));
        let filter =
            format!("and(equals(metric_id,\"{metric}\"),greater-or-equal(datetime,{from}),less-than(datetime,{to}))");
        let parameters = [("filter", filter.as_str()), ("fields[event]", "event_properties"), ("sort", "datetime")];
        let events = self.pages(Url::parse_with_params(&self.url("events"), parameters)?).await?;
        let id = |event: &Value| {
            event.pointer("/attributes/event_properties/$event_id").and_then(Value::as_str).map(str::to_owned)
        };
        Ok(events.iter().filter_map(id).collect())
    }

    /// Asks Klaviyo to delete the profile of an address with all its data. Klaviyo deletes it later, and also accepts an
    /// address that it doesn't know (<https://developers.klaviyo.com/en/reference/request_profile_deletion>).
    pub async fn delete_profile(&self, email: &Email) -> Result<(), Failure> {
        let profile = json!({ "type": "profile", "attributes": { "email": email.as_str() } });
        let body = json!({
            "data": { "type": "data-privacy-deletion-job", "attributes": { "profile": { "data": profile } } },
        });
        let request = || {
            let request = self.http.post(self.url("data-privacy-deletion-jobs"));
            request.header(header::CONTENT_TYPE, JSON_API).body(body.to_string())
        };
        self.send(request).await?;
        Ok(())
    }

    async fn pages(&self, first: Url) -> Result<Vec<Value>, Failure> {
        let (mut all, mut next) = (Vec::new(), Some(first.to_string()));
        while let Some(url) = next {
            let page: Page = serde_json::from_slice(&self.send(|| self.http.get(&url)).await?.bytes().await?)?;
            all.extend(page.data);
            // A link to another host would send it the key.
            next = page.links.next.filter(|next| next.starts_with(&self.config.base));
        }
        Ok(all)
    }

    async fn send(&self, request: impl Fn() -> RequestBuilder) -> Result<Response, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            let key = format!("Klaviyo-API-Key {}", self.config.key.expose());
            let request = request().header(header::AUTHORIZATION, key).header("revision", REVISION);
            let response = request.header(header::ACCEPT, JSON_API).timeout(TIMEOUT).send().await;
            let response = response.map_err(reqwest::Error::without_url)?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let busy = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
            if !busy || tries == MOST_TRIES {
                return Err(format!("Klaviyo answered {status}").into());
            }
            let wait = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(wait.unwrap_or(1))).await;
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/{path}", self.config.base)
    }
}
