//! Composes the function `stripe-webhook` and runs it.

use std::process::ExitCode;

use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_postgres::Database;
use pledge_queue::SqsPublisher;
use pledge_runtime::{Environment, Runtime, System, ahead, exit_code};
use stripe_webhook::{config::Config, handler::Handler};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    let runtime = Runtime::start(Environment::from_process(), env!("CARGO_CRATE_NAME")).await?;
    let config = Config::parse(&runtime.environment)?;
    let store = Database::new(config.database, Some(runtime.tls))?;
    ahead(store.warm_up()).await;
    let handler = Handler {
        record: RecordStripeEvent {
            store,
            queue: SqsPublisher::new(&runtime.aws, config.queue_url),
            livemode: runtime.stage.livemode(),
        },
        secrets: config.signing_secrets,
        api_version: config.api_version,
        system: System,
        metrics: runtime.metrics,
    };
    lambda_http::run(lambda_http::service_fn(async |request| {
        Ok::<_, lambda_http::Error>(handler.handle(request).await)
    }))
    .await
}
