//! Composes the function `create-checkout` and runs it.

use std::{process::ExitCode, sync::Arc};

use create_checkout::{config::Config, handler::Handler};
use pledge_application::{
    create_checkout::CreateCheckout, find_preorder::FindPreorder, show_catalogue::ShowCatalogue, site::Site,
};
use pledge_firebase::{FirebaseClient, FirebaseVerifier};
use pledge_http_api::{
    intake::{IntakePorts, PreorderIntake},
    serve,
};
use pledge_postgres::{
    Database,
    prepared::{CHECKOUT, CLAIMS, PREORDERS, Part},
};
use pledge_queue::SqsPublisher;
use pledge_runtime::{System, prewarm, run};
use pledge_stripe_api::StripeClient;

/// The groups of SQL statements that the function's requests use; each connection prepares them when it opens.
const STATEMENTS: &[Part] = &[PREORDERS, CHECKOUT, CLAIMS];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(env!("CARGO_CRATE_NAME"), Config::parse, async |runtime, config| {
        let store = Database::new(config.database.preparing(STATEMENTS), Some(runtime.tls))?;
        prewarm(store.warm_up()).await;
        let identity = Arc::new(FirebaseClient::new(runtime.http.clone(), config.firebase.accounts, Arc::new(System)));
        let verifier =
            FirebaseVerifier::new(runtime.http.clone(), config.firebase.issuer).with_apps(config.firebase.apps);
        let queue = SqsPublisher::new(&runtime.aws, config.queue.url);
        let gateway = StripeClient::new(runtime.http, &config.stripe)?;
        let (system, metrics) = (System, runtime.metrics.clone());
        let ports = IntakePorts { store: store.clone(), identity: identity.clone(), queue, verifier, system, metrics };
        let intake = PreorderIntake::new(config.intake, config.catalogue.clone(), ports);
        let find = FindPreorder { store: store.clone() };
        let catalogue = ShowCatalogue::new(gateway.clone(), config.catalogue, config.policy.clone());
        let (site, policy) = (Site::new(&config.site), config.policy);
        let checkout = CreateCheckout { store, identity, gateway, site, policy };
        serve(env!("CARGO_PKG_NAME"), runtime.metrics, Handler { intake, find, checkout, catalogue }).await
    })
    .await
}
