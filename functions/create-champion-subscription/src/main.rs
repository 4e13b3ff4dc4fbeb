//! Composes the function `create-champion-subscription` and runs it.

use std::process::ExitCode;

use create_champion_subscription::{config::Config, handler::Handler};
use pledge_application::champions::Champions;
use pledge_firebase::FirebaseVerifier;
use pledge_postgres::Database;
use pledge_runtime::{Environment, Runtime, System, ahead, exit_code};
use pledge_stripe_api::StripeClient;

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
        champions: Champions {
            store,
            billing: StripeClient::new(runtime.http.clone(), &config.stripe_base, &config.stripe_key)?,
        },
        verifier: FirebaseVerifier::new(runtime.http, config.issuer),
        system: System,
    };
    lambda_http::run(lambda_http::service_fn(async |request| {
        Ok::<_, lambda_http::Error>(handler.handle(request).await)
    }))
    .await
}
