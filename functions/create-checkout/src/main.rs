//! Composes the function `create-checkout` and runs it.

use std::{process::ExitCode, sync::Arc};

use create_checkout::{config::Config, handler::Handler};
use lambda_http::{Error, service_fn};
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

async fn run() -> Result<(), Error> {
    let runtime = Runtime::start(Environment::from_process(), env!("CARGO_CRATE_NAME")).await?;
    let config = Config::parse(&runtime.environment)?;
    let store = Database::new(config.database, Some(runtime.tls))?;
    ahead(store.warm_up()).await;
    let identity = Arc::new(FirebaseClient::new(runtime.http.clone(), config.accounts, Arc::new(System)));
    let gateway = StripeClient::new(runtime.http.clone(), &config.stripe_base, &config.stripe_key)?;
    let site = Site::new(&config.site);
    let handler = Handler {
        checkout: CreateCheckout { store: store.clone(), identity: identity.clone(), gateway, site },
        intake: PreorderIntake {
            initiate: InitiatePreorder { store, identity, queue: SqsPublisher::new(&runtime.aws, config.queue_url) },
            verifier: FirebaseVerifier::new(runtime.http, config.issuer),
            catalogue: config.catalogue,
            system: System,
            metrics: runtime.metrics,
        },
    };
    let serve = service_fn(async |request| Ok::<_, Error>(handler.handle(request).await));
    lambda_http::run(serve).await
}
