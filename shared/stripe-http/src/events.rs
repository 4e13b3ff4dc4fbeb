//! The list of Stripe's events (<https://docs.stripe.com/api/events/list>).

use std::time::Duration;

use pledge_domain::{
    Timestamp,
    ids::EventId,
    ports::{EventFilter, EventPage, EventSource, EventSourceError, ListedEvent},
};
use pledge_runtime::{
    Parser, Stage,
    secrets::{LateSecret, Vault},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use crate::{
    client::StripeHttp,
    config::{self, Config, check_mode},
    request::Request,
    retry::Limits,
};

/// The number of events that a page has at most: the most that Stripe allows.
const PAGE: usize = 100;

/// The limits on getting a page. They are shorter than the default, since nobody waits for a page: a catch-up that fails
/// continues in the next run.
const LIMITS: Limits = Limits {
    whole: Duration::from_millis(2_500),
    each_try: Duration::from_secs(2),
    tries: 3,
    first_pause: Duration::from_millis(250),
};

/// The configuration of [`StripeEvents`].
#[derive(Debug, Clone)]
pub struct EventsConfig {
    base: String,
    key: LateSecret,
    stage: Stage,
}

impl EventsConfig {
    /// Parses the variables. Returns `Some(None)` if no key is configured, so that the catch-up is off, and `None` if a
    /// variable has a problem, which `parser` keeps.
    ///
    /// - `STRIPE_API_BASE`, for the stage `local` only: the address of a stand-in for Stripe.
    /// - `STRIPE_EVENTS_KEY`, a secret that is read when it is first needed, given by its ARN in `STRIPE_EVENTS_KEY_ARN`: a
    ///   restricted key (`rk_…`) with no other permission than to read events.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Option<Self>> {
        let base = config::base(parser);
        let key = parser.late_secret("STRIPE_EVENTS_KEY")?;
        let (base, stage) = (base?, parser.stage()?);
        Some(key.map(|key| Self { base, key, stage }))
    }
}

/// Stripe's events of the last 30 days, which is how long Stripe lists them. The key is read and the client made when the
/// first page is asked for.
#[derive(Debug)]
pub struct StripeEvents<V> {
    http: reqwest::Client,
    config: EventsConfig,
    vault: V,
    client: OnceCell<StripeHttp>,
}

impl<V: Vault + Clone + 'static> StripeEvents<V> {
    /// Makes the list. It reads no secret and sends no request yet.
    pub fn new(http: reqwest::Client, config: EventsConfig, vault: V) -> Self {
        Self { http, config, vault, client: OnceCell::new() }
    }

    /// Returns the client, which the first call makes with the key from the vault.
    async fn client(&self) -> Result<&StripeHttp, EventSourceError> {
        self.client
            .get_or_try_init(async || {
                let EventsConfig { base, key, stage } = &self.config;
                let stage = *stage;
                let key = key.read(&self.vault, move |key| check_mode(key, stage)).await.map_err(cause)?;
                let config = Config { base: base.clone(), key, deployment: stage.name().to_owned() };
                Ok(StripeHttp::new(self.http.clone(), &config).map_err(cause)?.with_limits(LIMITS))
            })
            .await
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Box<RawValue>>,
    has_more: bool,
}

#[derive(Deserialize)]
struct Listed {
    id: EventId,
    #[serde(with = "time::serde::timestamp")]
    created: Timestamp,
}

impl<V: Vault + Clone + 'static> EventSource for StripeEvents<V> {
    async fn page(&self, filter: EventFilter<'_>, after: Option<&EventId>) -> Result<EventPage, EventSourceError> {
        let types = filter.types.iter().map(|kind| ("types[]", (*kind).to_owned()));
        let bounds = [
            ("created[gte]", filter.from.unix_timestamp().to_string()),
            ("created[lt]", filter.until.unix_timestamp().to_string()),
            ("limit", PAGE.to_string()),
        ];
        let after = after.map(|event| ("starting_after", event.to_string()));
        let request = Request::get("/events", bounds.into_iter().chain(types).chain(after));
        let page: Page = self.client().await?.send(&request).await.map_err(cause)?;
        let events = page.data.iter().map(|event| {
            let Listed { id, created } = serde_json::from_str(event.get()).map_err(|_| cause(NotAnEvent))?;
            Ok(ListedEvent { id, created, body: event.get().as_bytes().into() })
        });
        Ok(EventPage { events: events.collect::<Result<_, _>>()?, more: page.has_more })
    }
}

/// The error of an item of the list that lacks an event's id or time.
#[derive(Debug, thiserror::Error)]
#[error("the list has something that is not an event")]
struct NotAnEvent;

fn cause(error: impl std::error::Error + Send + Sync + 'static) -> EventSourceError {
    EventSourceError(Box::new(error))
}
