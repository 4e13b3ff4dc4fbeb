//! Composes the function `initiate-preorder` and runs it.

use std::{process::ExitCode, sync::Arc};

use initiate_preorder::{config::Config, handler::Handler};
use pledge_application::{find_preorder::FindPreorder, users::Users};
use pledge_firebase::{FirebaseClient, FirebaseVerifier};
use pledge_http_api::{
    intake::{IntakePorts, PreorderIntake},
    serve,
};
use pledge_postgres::{
    Database,
    prepared::{ACCOUNTS, CLAIMS, PREORDERS, Part},
};
use pledge_queue::SqsPublisher;
use pledge_runtime::{System, prewarm, run};

/// The groups of SQL statements that the function's requests use; each connection prepares them when it opens.
const STATEMENTS: &[Part] = &[PREORDERS, CLAIMS, ACCOUNTS];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(env!("CARGO_CRATE_NAME"), Config::parse, async |runtime, config| {
        let store = Database::new(config.database.preparing(STATEMENTS), Some(runtime.tls))?;
        prewarm(store.warm_up()).await;
        let identity = Arc::new(FirebaseClient::new(runtime.http.clone(), config.firebase.accounts, Arc::new(System)));
        let verifier = FirebaseVerifier::new(runtime.http, config.firebase.issuer).with_apps(config.firebase.apps);
        let queue = SqsPublisher::new(&runtime.aws, config.queue.url);
        let find = FindPreorder { store: store.clone() };
        let (accounts, renewal_grace) = (identity.clone(), config.renewal_grace);
        let users = Users { store: store.clone(), accounts, queue: queue.clone(), renewal_grace };
        let (system, metrics) = (System, runtime.metrics.clone());
        let ports = IntakePorts { store, identity, queue, verifier, system, metrics };
        let intake = PreorderIntake::new(config.intake, config.catalogue, ports);
        serve(env!("CARGO_PKG_NAME"), runtime.metrics, Handler { intake, find, users }).await
    })
    .await
}
