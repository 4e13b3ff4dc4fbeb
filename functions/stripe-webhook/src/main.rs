//! Composes the function `stripe-webhook` and runs it.

use std::process::ExitCode;

use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_http_api::serve_with_schedule;
use pledge_postgres::{
    Database,
    prepared::{CHAMPION_ACCOUNT, CHAMPION_WRITES, Part, STRIPE_EVENTS},
};
use pledge_queue::SqsPublisher;
use pledge_runtime::{System, prewarm, run};
use pledge_stripe_http::StripeEvents;
use stripe_webhook::{config::Config, handler::Handler, schedule::Schedule};

/// The groups of SQL statements that a delivery uses; each connection prepares them when it opens.
const STATEMENTS: &[Part] = &[STRIPE_EVENTS, CHAMPION_ACCOUNT, CHAMPION_WRITES];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(env!("CARGO_CRATE_NAME"), Config::parse, async |runtime, config| {
        let store = Database::new(config.database.preparing(STATEMENTS), Some(runtime.tls))?;
        prewarm(store.warm_up()).await;
        let queue = SqsPublisher::new(&runtime.aws, config.queue.url);
        let (livemode, renewal_grace) = (runtime.stage.livemode(), config.renewal_grace);
        let deployment = runtime.stage.name().to_owned();
        let record = RecordStripeEvent { store, queue, livemode, deployment, renewal_grace };
        let metrics = runtime.metrics.clone();
        let handler = Handler { record, endpoint: config.endpoint, system: System, metrics };
        let events = config.events.map(|config| StripeEvents::new(runtime.http, config, runtime.secrets));
        let schedule = Schedule::new(events);
        let scheduled = async |detail| schedule.answer(&handler, detail).await;
        serve_with_schedule(env!("CARGO_PKG_NAME"), runtime.metrics, &handler, scheduled).await
    })
    .await
}
