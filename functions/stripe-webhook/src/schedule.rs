//! The schedule, on which events that Stripe couldn't deliver are fetched.

use lambda_http::Error;
use pledge_application::catch_up::{CatchUp, CaughtUp, Stopped, YOUNG};
use pledge_domain::{
    error_chain::ErrorChain,
    ports::{CatchUpStore, Cause, Clock, EventSource, Publisher, StripeEventStore},
    stripe::StripeEvent,
};
use pledge_http_api::telemetry;
use pledge_runtime::Metric;
use pledge_stripe_events::{HANDLED, decode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::Duration;

use crate::handler::Handler;

/// The scheduled catch-up; it is off if no key for listing events is configured.
pub struct Schedule<Source>(Option<CatchUp<Source>>);

/// The options of a scheduled invocation, in its event's `detail`. EventBridge's schedule sets none.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The age in seconds from which an event is fetched; younger events are left to delivery. [`YOUNG`] unless given.
    pub after_seconds: Option<u32>,
}

/// The response to a scheduled invocation, for an operator who invokes the function by hand.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `off` without a key, `complete`, or `continues` if events are left to the next invocation.
    pub catch_up: &'static str,
    /// How many events were recorded that had not been delivered.
    pub recorded: usize,
    /// The age of the watermark in seconds: every event up to then is recorded. None while there is no watermark.
    pub lag: Option<i64>,
}

impl<Source: EventSource> Schedule<Source> {
    /// Makes the schedule. Without a source the catch-up is off.
    pub fn new(source: Option<Source>) -> Self {
        let decode = |body: &[u8]| -> Result<StripeEvent, Cause> { Ok(decode(body)?) };
        Self(source.map(|source| CatchUp { source, types: &HANDLED, decode }))
    }

    /// Runs a scheduled invocation with the options in its event's `detail`, which may be null, and returns the [`Report`] as
    /// JSON.
    ///
    /// # Errors
    /// If `detail` is no [`Request`]; then nothing was fetched. Otherwise those of [`Self::run`].
    pub async fn answer<Store, Queue, System>(
        &self,
        handler: &Handler<Store, Queue, System>,
        detail: Value,
    ) -> Result<Value, Error>
    where
        Store: StripeEventStore + CatchUpStore,
        Queue: Publisher,
        System: Clock,
    {
        let request: Option<Request> = serde_json::from_value(detail)?;
        let report = self.run(handler, &request.unwrap_or_default()).await?;
        Ok(serde_json::to_value(report)?)
    }

    /// Fetches events that were never delivered and records them as `handler` records deliveries.
    ///
    /// # Errors
    /// [`Stopped`] if Stripe's list or the database failed. Running out of time is no error.
    pub async fn run<Store, Queue, System>(
        &self,
        handler: &Handler<Store, Queue, System>,
        request: &Request,
    ) -> Result<Report, Stopped>
    where
        Store: StripeEventStore + CatchUpStore,
        Queue: Publisher,
        System: Clock,
    {
        let Some(catch_up) = &self.0 else {
            tracing::info!("the catch-up is off: STRIPE_EVENTS_KEY_ARN is not set");
            return Ok(Report { catch_up: "off", recorded: 0, lag: None });
        };
        let Handler { record, system, metrics, .. } = handler;
        let young = request.after_seconds.map_or(YOUNG, |seconds| Duration::seconds(seconds.into()));
        let caught_up = Box::pin(catch_up.run(record, system, young, |event, processed| {
            telemetry::published(metrics, &processed.queued);
            handler.note(event, &processed.recorded);
        }));
        let CaughtUp { recorded, watermark, lost_until, stopped } = caught_up.await;
        metrics.record(Metric::EventsCaughtUp, i64::try_from(recorded).unwrap_or(i64::MAX), &[]);
        let lag = watermark.map(|watermark| (system.now() - watermark).whole_seconds());
        if let Some(lag) = lag {
            metrics.record(Metric::CatchUpLag, lag, &[]);
        }
        if recorded > 0 {
            tracing::warn!(recorded, "events had not been delivered and were fetched");
        }
        if let Some(until) = lost_until {
            tracing::error!(%until, "Stripe lists no events before this time, and not all of them are recorded");
        }
        match stopped {
            None => Ok(Report { catch_up: "complete", recorded, lag }),
            Some(Stopped::OutOfTime) => Ok(Report { catch_up: "continues", recorded, lag }),
            Some(stopped) => {
                tracing::error!(error = %ErrorChain(&stopped), "the catch-up ended early");
                Err(stopped)
            }
        }
    }
}
