//! Composes the function `create-checkout` and runs it.

use std::{process::ExitCode, sync::Arc};

use create_checkout::{config::Config, handler::Handler};
use pledge_application::{create_checkout::CreateCheckout, initiate_preorder::InitiatePreorder, site::Site};
use pledge_firebase::{FirebaseClient, FirebaseVerifier};
use pledge_http_api::intake::PreorderIntake;
use pledge_postgres::Database;
use pledge_queue::SqsPublisher;
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
    let identity = Arc::new(FirebaseClient::new(runtime.http.clone(), config.accounts, Arc::new(System)));
    let queue = SqsPublisher::new(&runtime.aws, config.queue_url);
    let gateway = StripeClient::new(runtime.http.clone(), &config.stripe_base, &config.stripe_key)?;
    let handler = Handler {
        checkout: CreateCheckout {
            store: store.clone(),
            identity: identity.clone(),
            gateway,
            site: Site::new(&config.site),
        },
        intake: PreorderIntake {
            initiate: InitiatePreorder { store, identity, queue },
            verifier: FirebaseVerifier::new(runtime.http, config.issuer),
            catalogue: config.catalogue,
            system: System,
            metrics: runtime.metrics,
        },
    };
    lambda_http::run(lambda_http::service_fn(async |request| {
        Ok::<_, lambda_http::Error>(handler.handle(request).await)
    }))
    .await
}
