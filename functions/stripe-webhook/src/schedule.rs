//! The schedule: what Stripe couldn't deliver is fetched.

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
use time::Duration;

use crate::handler::Handler;

/// Catches up, if a key to read events with is configured.
pub struct Schedule<Source>(Option<CatchUp<Source>>);

/// What a scheduled invocation may ask for in its event's `detail`. EventBridge's asks for nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// How old an event must be to be fetched, in seconds: younger ones are left to delivery. [`YOUNG`] unless given.
    pub after_seconds: Option<u32>,
}

/// What a scheduled invocation answers, for the log of whoever invokes it by hand.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `off` without a key, `complete`, or `continues` if more is left to the next invocation.
    pub catch_up: &'static str,
    /// How many events were recorded that nobody had delivered.
    pub recorded: usize,
    /// How old the time is until which every event is recorded, in seconds; none before that is known.
    pub lag: Option<i64>,
}

impl<Source: EventSource> Schedule<Source> {
    /// Makes the schedule. Without a source the catch-up is off.
    pub fn new(source: Option<Source>) -> Self {
        let decode = |body: &[u8]| -> Result<StripeEvent, Cause> { Ok(decode(body)?) };
        Self(source.map(|source| CatchUp { source, types: &HANDLED, decode }))
    }

    /// Fetches what wasn't delivered and records it as `handler` records deliveries.
    ///
    /// # Errors
    /// [`Stopped`] if the list or the database failed; running out of time is none.
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
