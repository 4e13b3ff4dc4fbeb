//! Composes the function `create-champion-subscription` and runs it.

use std::process::ExitCode;

use create_champion_subscription::handler;
use pledge_runtime::{Environment, Runtime, exit_code};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> Result<(), lambda_http::Error> {
    Runtime::start(Environment::from_process(), env!("CARGO_CRATE_NAME")).await?;
    lambda_http::run(lambda_http::service_fn(async |request| {
        Ok::<_, lambda_http::Error>(handler::handle(request).await)
    }))
    .await
}
