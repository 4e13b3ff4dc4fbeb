//! An environment for each run: database, stand-ins, proxies, functions, and what the outside does by itself.

mod arrival;
mod deliveries;
mod interleave;
mod reader;
mod tables;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use pledge_domain::{Timestamp, ports::Clock as _, preorder::CheckoutPolicy};
use pledge_faults::{FaultInjector, QueueServer, TcpProxy};
use pledge_runtime::{http, tls};
use pledge_stand_ins::{
    Clock, FirebaseOptions, FirebaseStandIn, KlaviyoOptions, KlaviyoStandIn, StripeOptions, StripeStandIn,
};
use pledge_testkit::{SeededIds, TestDatabase};
use rustls::RootCertStore;
use serde_json::{Value, json};
use tokio_postgres::Client;

pub use arrival::Arrival;
pub use deliveries::{not_taken, sqs_event};

use crate::{
    functions::{Addresses, Functions, LIST, Machine, READER, UID},
    log_audit,
    proxies::before_all,
};

/// How often anybody tries again before a run counts as stuck.
const MAX_ATTEMPTS: usize = 30;

/// When every environment begins, in seconds since the epoch.
const BEGINNING: i64 = 1_700_000_000;

/// Longer than Lambda lets a function run.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Whether the functions are called again and again in one process, or each call meets a cold start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartMode {
    /// Connections are reused.
    Warm,
    /// Every call opens new connections.
    Cold,
}

/// Everything that a run needs. Nothing is shared with other runs.
pub struct TestEnvironment {
    /// Numbers the steps and makes them fail.
    pub injector: FaultInjector,
    /// Stripe, reached without the proxy.
    pub stripe: StripeStandIn,
    /// Klaviyo, reached without the proxy.
    pub klaviyo: KlaviyoStandIn,
    /// Firebase, reached without the proxy.
    pub firebase: FirebaseStandIn,
    /// SQS, reached without the proxy.
    pub sqs: QueueServer,
    /// A connection to the database, without the proxy.
    pub tables: Client,
    /// Everybody's clock.
    pub clock: Clock,
    machine: Machine,
    addresses: Addresses,
    functions: Functions,
    start_mode: StartMode,
    connections: usize,
    browser: reqwest::Client,
    taken: BTreeSet<String>,
    left_out: BTreeSet<String>,
    arrival: Arrival,
    _proxies: [TcpProxy; 5],
}

impl TestEnvironment {
    /// Returns an environment on this database, whose rows are deleted first.
    pub async fn new(database: &TestDatabase, start_mode: StartMode) -> Self {
        Self::with_connections(database, start_mode, 1).await
    }

    /// Returns an environment on this database, whose rows are deleted first. Its functions have so many connections, for
    /// requests at the same moment.
    pub async fn with_connections(database: &TestDatabase, start_mode: StartMode, connections: usize) -> Self {
        log_audit::start();
        let tables = database.connect().await;
        tables.batch_execute(tables::CLEAR).await.unwrap();
        let (injector, clock) = (FaultInjector::default(), Clock::stopped(BEGINNING));
        let stripe = StripeOptions { clock: clock.clone(), seed: Some(1), ..StripeOptions::default() };
        let stripe = StripeStandIn::start(stripe).await.unwrap();
        let klaviyo = KlaviyoOptions {
            clock: clock.clone(),
            lists: [(LIST.to_owned(), false)].into(),
            ..KlaviyoOptions::default()
        };
        let klaviyo = KlaviyoStandIn::start(klaviyo).await.unwrap();
        let firebase = FirebaseOptions { clock: clock.clone(), seed: Some(1), ..FirebaseOptions::default() };
        let firebase = FirebaseStandIn::start(firebase).await.unwrap();
        assert!(firebase.add_user(UID, READER));
        let browser = http::client(tls::client_config(RootCertStore::empty()).unwrap()).unwrap();
        let price = make_price(&browser, &stripe.base_url()).await;
        let sqs = QueueServer::start().await;
        let proxies = before_all(database, &stripe, &klaviyo, &firebase, &sqs, &injector).await;
        let [to_postgres, to_stripe, to_klaviyo, to_firebase, to_sqs] = proxies.each_ref().map(TcpProxy::address);
        let addresses = Addresses {
            postgres: database.url_through(to_postgres),
            stripe: format!("http://{to_stripe}"),
            klaviyo: format!("http://{to_klaviyo}"),
            firebase: to_firebase.to_string(),
            sqs: format!("http://{to_sqs}"),
            queue: sqs.queue_url(),
            catalogue: serde_json::from_value(json!({ "Red": price })).unwrap(),
            policy: CheckoutPolicy::default(),
        };
        let machine = Machine { clock: clock.clone(), ids: Arc::new(SeededIds::new(1)) };
        let functions = Functions::start(&addresses, &machine, connections);
        Self {
            injector,
            stripe,
            klaviyo,
            firebase,
            sqs,
            tables,
            clock,
            machine,
            addresses,
            functions,
            start_mode,
            connections,
            browser,
            taken: BTreeSet::new(),
            left_out: BTreeSet::new(),
            arrival: Arrival::AtOnce,
            _proxies: proxies,
        }
    }

    /// Returns the functions as they run now, for calls at the same moment.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// Returns the present time, which is the same for all parts of the environment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.machine.now()
    }

    /// Calls a function and returns its answer; none if the process is gone or the time is over.
    async fn call<T>(&mut self, call: impl AsyncFnOnce(&Functions) -> T) -> Option<T> {
        if self.start_mode == StartMode::Cold {
            self.restart();
        }
        let answer = tokio::select! {
            biased;
            () = self.injector.gone() => None,
            () = tokio::time::sleep(TIME_LIMIT) => None,
            answer = call(&self.functions) => Some(answer),
        };
        if answer.is_none() {
            self.restart();
        }
        answer
    }

    fn restart(&mut self) {
        self.functions = Functions::start(&self.addresses, &self.machine, self.connections);
    }

    /// Lets the shop have a link for each expired session, which recovers it.
    pub fn recover_expired_sessions(&mut self) {
        self.addresses.policy.recovery = true;
        self.restart();
    }

    /// Moves the clock of all parts of the environment on.
    pub fn advance(&self, by: Duration) {
        self.stripe.advance(by);
    }
}

/// Makes the price of a preorder in the Stripe stand-in at `base`. Returns its id.
pub async fn make_price(client: &reqwest::Client, base: &str) -> String {
    let form = "currency=usd&unit_amount=29900&product_data[name]=Robot";
    let request = client.post(format!("{base}/v1/prices")).bearer_auth("sk_test_proof");
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let price: Value = response.json().await.unwrap();
    id_of(&price).to_owned()
}

fn id_of(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}
