//! Composes the function `initiate-preorder` and runs it.

use std::{process::ExitCode, sync::Arc};

use initiate_preorder::{config::Config, handler::Handler};
use pledge_application::initiate_preorder::InitiatePreorder;
use pledge_firebase::{FirebaseClient, FirebaseVerifier};
use pledge_http_api::intake::PreorderIntake;
use pledge_postgres::Database;
use pledge_queue::SqsPublisher;
use pledge_runtime::{Environment, Runtime, System, ahead, exit_code};

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
        intake: PreorderIntake {
            initiate: InitiatePreorder {
                store,
                identity: FirebaseClient::new(runtime.http.clone(), config.accounts, Arc::new(System)),
                queue: SqsPublisher::new(&runtime.aws, config.queue_url),
            },
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
