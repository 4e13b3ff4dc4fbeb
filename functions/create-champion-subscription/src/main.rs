//! Composes the function `create-champion-subscription` and runs it.

use std::{process::ExitCode, sync::Arc};

use create_champion_subscription::{config::Config, handler::Handler};
use pledge_application::{champions::Champions, payers::Payers, site::Site};
use pledge_firebase::{FirebaseClient, FirebaseVerifier};
use pledge_http_api::serve;
use pledge_postgres::{
    Database,
    prepared::{ATTEMPTS, CHAMPION_ACCOUNT, CHAMPION_IDS, CHAMPION_LIST, CHAMPION_WRITES, CLAIMS, Part},
};
use pledge_runtime::{System, prewarm, run};
use pledge_stripe_api::StripeClient;

/// The groups of SQL statements that the function's requests use; each connection prepares them when it opens.
const STATEMENTS: &[Part] = &[CLAIMS, ATTEMPTS, CHAMPION_ACCOUNT, CHAMPION_WRITES, CHAMPION_IDS, CHAMPION_LIST];

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(env!("CARGO_CRATE_NAME"), Config::parse, async |runtime, config| {
        let store = Database::new(config.database.preparing(STATEMENTS), Some(runtime.tls))?;
        prewarm(store.warm_up()).await;
        let billing = StripeClient::new(runtime.http.clone(), &config.stripe)?;
        let accounts = FirebaseClient::new(runtime.http.clone(), config.firebase.accounts, Arc::new(System));
        let verifier = FirebaseVerifier::new(runtime.http, config.firebase.issuer).with_apps(config.firebase.apps);
        let champions = Champions { store, billing, renewal_grace: config.renewal_grace, limits: config.limits };
        let site = Site::new(&config.site);
        let (system, metrics) = (System, runtime.metrics.clone());
        let payers = Payers { accounts, needs_proven_address: config.needs_proven_address };
        let handler = Handler { champions, site, verifier, payers, system, metrics, app_check: config.app_check };
        serve(env!("CARGO_PKG_NAME"), runtime.metrics, handler).await
    })
    .await
}
