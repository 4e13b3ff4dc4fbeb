//! Composes the function `create-checkout` and runs it.

use std::{process::ExitCode, sync::Arc};

use create_checkout::{config::Config, handler::Handler};
use pledge_application::{
    create_checkout::CreateCheckout, find_preorder::FindPreorder, initiate_preorder::InitiatePreorder,
    show_catalogue::ShowCatalogue, site::Site,
};
use pledge_firebase::{FirebaseClient, FirebaseVerifier};
use pledge_http_api::{intake::PreorderIntake, serve};
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
        let identity = Arc::new(FirebaseClient::new(runtime.http.clone(), config.accounts, Arc::new(System)));
        let queue = SqsPublisher::new(&runtime.aws, config.queue.url);
        let gateway = StripeClient::new(runtime.http.clone(), &config.stripe)?;
        let site = Site::new(&config.site);
        let intake = PreorderIntake {
            initiate: InitiatePreorder {
                store: store.clone(),
                identity: identity.clone(),
                queue,
                limits: config.limits,
                refused: Default::default(),
            },
            verifier: FirebaseVerifier::new(runtime.http, config.issuer).with_apps(config.apps),
            catalogue: config.catalogue.clone(),
            system: System,
            metrics: runtime.metrics.clone(),
            app_check: config.app_check,
            proxies: config.proxies,
        };
        let catalogue = ShowCatalogue {
            prices: gateway.clone(),
            catalogue: config.catalogue,
            policy: config.policy.clone(),
            known: Default::default(),
        };
        let find = FindPreorder { store: store.clone() };
        let checkout = CreateCheckout { store, identity, gateway, site, policy: config.policy };
        serve(env!("CARGO_PKG_NAME"), runtime.metrics, Handler { intake, find, checkout, catalogue }).await
    })
    .await
}
