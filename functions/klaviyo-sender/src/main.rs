//! Composes the function `klaviyo-sender` and runs it.

use std::process::ExitCode;

use klaviyo_sender::{config::Config, handler::Handler};
use pledge_application::{
    clear_out::ClearOut,
    deliver_events::{DeliverEvents, Retry},
    roll_champions::RollChampions,
    site::Site,
    sweep_outbox::SweepOutbox,
};
use pledge_klaviyo::KlaviyoClient;
use pledge_postgres::{
    Database,
    prepared::{OUTBOX, Part},
};
use pledge_queue::SqsPublisher;
use pledge_runtime::{System, prewarm, run};

/// The groups of SQL statements that a batch of messages uses; each connection prepares them when it opens.
const STATEMENTS: &[Part] = &[OUTBOX];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(env!("CARGO_CRATE_NAME"), Config::parse, async |runtime, config| {
        let store = Database::new(config.database.preparing(STATEMENTS), Some(runtime.tls))?;
        prewarm(store.warm_up()).await;
        let klaviyo = KlaviyoClient::new(runtime.http, config.klaviyo)?;
        let queue = SqsPublisher::new(&runtime.aws, config.queue.url);
        let retry = Retry { interval: config.interval, ..Retry::default() };
        let site = config.site.as_ref().map(|url| (Site::new(url), config.policy.cancel_path));
        let deliver = DeliverEvents { store: store.clone(), klaviyo, site, retry };
        let sweep = SweepOutbox { store: store.clone(), queue: queue.clone(), patience: config.patience };
        let clear_out = ClearOut { store: store.clone(), retention: config.retention };
        let roll = RollChampions { store, queue, renewal_grace: config.renewal_grace };
        let handler = Handler { deliver, sweep, roll, clear_out, system: System, metrics: runtime.metrics };
        lambda_runtime::run(lambda_runtime::service_fn(async |event| handler.handle(event).await)).await
    })
    .await
}
