//! A world of its own for each run: database, stand-ins, wires, functions, and what the outside does by itself.

mod deliveries;
mod interleave;
mod reader;
mod tables;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use pledge_domain::{Timestamp, ports::Clock as _};
use pledge_runtime::{http, tls};
use pledge_stand_ins::{
    Clock, FirebaseOptions, FirebaseStandIn, KlaviyoOptions, KlaviyoStandIn, StripeOptions, StripeStandIn,
};
use pledge_testkit::{SeededIds, TestDatabase};
use rustls::RootCertStore;
use serde_json::{Value, json};
use tokio_postgres::Client;

pub use deliveries::sqs_event;

use crate::{
    functions::{Addresses, Functions, Machine},
    plane::{Plane, System},
    queue::Queue,
    watch,
    wire::Wire,
};

/// How often anybody tries again before a run counts as stuck.
const PERSEVERANCE: usize = 30;

/// When every world begins.
const BEGINNING: i64 = 1_700_000_000;

/// Longer than Lambda lets a function run.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Whether the functions are called again and again in one process, or each call meets a cold start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmth {
    /// Connections are reused.
    Warm,
    /// Every call begins without one.
    Cold,
}

/// A world.
pub struct World {
    /// Numbers the steps and makes them fail.
    pub plane: Plane,
    /// Stripe, beyond the wire.
    pub stripe: StripeStandIn,
    /// Klaviyo, beyond the wire.
    pub klaviyo: KlaviyoStandIn,
    /// Firebase, beyond the wire.
    pub firebase: FirebaseStandIn,
    /// SQS.
    pub queue: Queue,
    /// A look at the tables, beside the wire.
    pub tables: Client,
    /// Everybody's clock.
    pub clock: Clock,
    machine: Machine,
    addresses: Addresses,
    functions: Functions,
    warmth: Warmth,
    connections: usize,
    browser: reqwest::Client,
    taken: BTreeSet<String>,
    _wires: [Wire; 4],
}

impl World {
    /// A world on this database, whose rows are forgotten.
    pub async fn new(database: &TestDatabase, warmth: Warmth) -> Self {
        Self::with_connections(database, warmth, 1).await
    }

    /// A world whose functions have so many connections, for requests at the same moment.
    pub async fn with_connections(database: &TestDatabase, warmth: Warmth, connections: usize) -> Self {
        watch::begin();
        let tables = database.connect().await;
        tables.batch_execute(tables::FORGET).await.unwrap();
        let (plane, clock) = (Plane::default(), Clock::stopped(BEGINNING));
        let stripe = StripeOptions { clock: clock.clone(), seed: Some(1), ..StripeOptions::default() };
        let stripe = StripeStandIn::start(stripe).await.unwrap();
        let klaviyo = KlaviyoOptions { clock: clock.clone(), ..KlaviyoOptions::default() };
        let klaviyo = KlaviyoStandIn::start(klaviyo).await.unwrap();
        let firebase = FirebaseOptions { clock: clock.clone(), seed: Some(1), ..FirebaseOptions::default() };
        let firebase = FirebaseStandIn::start(firebase).await.unwrap();
        let browser = http::client(tls::client_config(RootCertStore::empty()).unwrap()).unwrap();
        let price = make_price(&browser, &stripe.base_url()).await;
        let wires = [
            Wire::to_postgres(&database.address(), &plane).await,
            Wire::to_stand_in(System::Stripe, &stripe.base_url(), stripe.faults(), &plane).await,
            Wire::to_stand_in(System::Klaviyo, &klaviyo.base_url(), klaviyo.faults(), &plane).await,
            Wire::to_stand_in(System::Firebase, &firebase.base_url(), firebase.faults(), &plane).await,
        ];
        let queue = Queue::new(&plane);
        let name = database.config().get_dbname().unwrap().to_owned();
        let addresses = Addresses {
            postgres: format!("postgres://postgres@{}/{name}?sslmode=disable", wires[0].address()),
            stripe: format!("http://{}", wires[1].address()),
            klaviyo: format!("http://{}", wires[2].address()),
            firebase: wires[3].address().to_string(),
            queue: queue.clone(),
            catalogue: serde_json::from_value(json!({ "Red": price })).unwrap(),
        };
        let machine = Machine { clock: clock.clone(), ids: Arc::new(SeededIds::new(1)) };
        let functions = Functions::start(&addresses, &machine, connections);
        Self {
            plane,
            stripe,
            klaviyo,
            firebase,
            queue,
            tables,
            clock,
            machine,
            addresses,
            functions,
            warmth,
            connections,
            browser,
            taken: BTreeSet::new(),
            _wires: wires,
        }
    }

    /// The functions as they run now, for calls at the same moment.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// What time it is for everybody.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.machine.now()
    }

    /// Calls a function; none if the process is gone or the time is over.
    async fn call<T>(&mut self, call: impl AsyncFnOnce(&Functions) -> T) -> Option<T> {
        if self.warmth == Warmth::Cold {
            self.restart();
        }
        let answer = tokio::select! {
            biased;
            () = self.plane.gone() => None,
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

    /// Time passes for everybody.
    pub fn advance(&self, by: Duration) {
        self.stripe.advance(by);
    }
}

/// Makes the price of a preorder in a Stripe stand-in; returns its id.
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
