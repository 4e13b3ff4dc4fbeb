//! Composes the function `klaviyo-sender` and runs it.

use std::process::ExitCode;

use klaviyo_sender::{config::Config, handler::Handler};
use pledge_application::{
    deliver_events::{DeliverEvents, Retry},
    sweep_outbox::SweepOutbox,
};
use pledge_klaviyo::KlaviyoClient;
use pledge_postgres::Database;
use pledge_queue::SqsPublisher;
use pledge_runtime::{Environment, Runtime, System, ahead, exit_code};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> Result<(), lambda_runtime::Error> {
    let runtime = Runtime::start(Environment::from_process(), env!("CARGO_CRATE_NAME")).await?;
    let config = Config::parse(&runtime.environment)?;
    let store = Database::new(config.database, Some(runtime.tls))?;
    ahead(store.warm_up()).await;
    let klaviyo = KlaviyoClient::new(runtime.http, &config.klaviyo_base, &config.klaviyo_key, config.metric_names)?;
    let queue = SqsPublisher::new(&runtime.aws, config.queue_url);
    let retry = Retry { interval: config.interval, ..Retry::default() };
    let handler = Handler {
        deliver: DeliverEvents { store: store.clone(), klaviyo, retry },
        sweep: SweepOutbox { store, queue, patience: config.patience },
        system: System,
        metrics: runtime.metrics,
    };
    lambda_runtime::run(lambda_runtime::service_fn(async |event| handler.handle(event).await)).await
}
