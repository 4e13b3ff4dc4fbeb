//! A world of its own for each run: database, stand-ins, wires, functions, and what the outside does by itself.

use std::{collections::BTreeSet, pin::pin, sync::Arc, time::Duration};

use pledge_domain::{Timestamp, ports::Clock as _};
use pledge_runtime::{http, tls};
use pledge_stand_ins::{
    Clock, FirebaseOptions, FirebaseStandIn, KlaviyoOptions, KlaviyoStandIn, StripeOptions, StripeStandIn,
};
use pledge_stripe_events::sign;
use pledge_testkit::{SeededIds, TestDatabase, http::HttpEvent};
use rustls::RootCertStore;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::{
    functions::{Addresses, Functions, Machine, WEBHOOK_SECRET},
    plane::{Fault, Plane, System, Way},
    queue::{Delivery, Queue},
    state::{End, TABLES},
    watch,
    wire::Wire,
};

/// How often anybody tries again before a run counts as stuck.
const PERSEVERANCE: usize = 30;

/// After how long somebody counts as waiting for a lock.
const LOCKED_OUT: Duration = Duration::from_millis(60);

/// All that a server error may say.
const ANYBODY_MAY_READ: [&str; 4] = [
    "Something went wrong on our side.",
    "The service is unavailable for a moment. Please try again.",
    "The payment provider cannot take this now. Nothing was charged; please try again.",
    "Other requests of yours are being handled. Please try again.",
];

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

/// Every table that a run writes; without a look at foreign keys, in any order. (`truncate` would make a new file for
/// each table and index, which takes longer than the run.)
const FORGET: &str = "set session_replication_role = replica;
    delete from users; delete from preorders; delete from stripe_event; delete from outbox; delete from stripe_payment;
    delete from stripe_subscription; delete from user_champion_subscription;
    delete from user_champion_subscription_record; delete from payment_record; delete from novel_champion_tiers;
    set session_replication_role = default;
    select add_default_champion_tiers(7)";

/// Every table as it is in the schema `memory`.
const RECALL: &str = "set session_replication_role = replica;
    do $$
    declare
        remembered text;
        columns text;
    begin
        for remembered in select table_name from information_schema.tables where table_schema = 'memory' loop
            select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
            where table_schema = 'public' and table_name = remembered and is_generated = 'NEVER';
            execute format('delete from %1$I; insert into %1$I (%2$s) select %2$s from memory.%1$I', remembered, columns);
        end loop;
    end
    $$;
    set session_replication_role = default";

impl World {
    /// A world on this database, whose rows are forgotten.
    pub async fn new(database: &TestDatabase, warmth: Warmth) -> Self {
        Self::with_connections(database, warmth, 1).await
    }

    /// A world whose functions have so many connections, for requests at the same moment.
    pub async fn with_connections(database: &TestDatabase, warmth: Warmth, connections: usize) -> Self {
        watch::begin();
        let tables = database.connect().await;
        tables.batch_execute(FORGET).await.unwrap();
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

    /// A reader sends a request until it is answered with less than 500.
    pub async fn request(&mut self, event: &HttpEvent) -> (u16, Value) {
        for _ in 0..PERSEVERANCE {
            let answer = self.call(async |functions| functions.request(event).await).await;
            match answer {
                Some((status @ ..500, body)) => return (status, body),
                Some((_, body)) => assert_says_nothing(&body),
                None => {}
            }
        }
        panic!("the reader never got an answer to {event:?}");
    }

    /// A reader sends a request until it is answered with this status.
    pub async fn ask(&mut self, event: &HttpEvent, expected: u16) -> Value {
        let (status, body) = self.request(event).await;
        assert_eq!(status, expected, "{event:?}: {body}");
        body
    }

    /// Holds the first request at its `step`, lets `between` happen, and lets the request go on; if the request's locks
    /// keep the others waiting, they wait for it. Returns whether the request has such a step.
    pub async fn interleave(
        &self,
        step: usize,
        first: impl Future<Output = ()>,
        between: impl Future<Output = ()>,
    ) -> bool {
        self.plane.arm(&[Fault { step, way: Way::Held }]);
        let mut first = pin!(first);
        let held = tokio::select! {
            () = &mut first => false,
            () = self.plane.holding() => true,
        };
        if held {
            let second = async {
                let mut between = pin!(between);
                let through = tokio::time::timeout(LOCKED_OUT, &mut between).await.is_ok();
                self.plane.release();
                if !through {
                    between.await;
                }
            };
            tokio::join!(first, second);
        }
        _ = self.plane.disarm();
        held
    }

    /// Stripe and SQS deliver until there is nothing left.
    pub async fn settle(&mut self) {
        loop {
            let delivered = self.deliver_events().await;
            let sent = self.deliver_messages().await;
            if !delivered && !sent {
                break;
            }
        }
    }

    /// Stripe delivers every event until it is answered with 2xx. Returns whether there was any.
    pub async fn deliver_events(&mut self) -> bool {
        let mut waiting = self.undelivered();
        let any = !waiting.is_empty();
        for _ in 0..PERSEVERANCE {
            let mut again = Vec::new();
            for event in waiting {
                let delivery = self.delivery(&event);
                let answer = self.call(async |functions| functions.request(&delivery).await).await;
                match answer {
                    Some((200, _)) => _ = self.taken.insert(id_of(&event).to_owned()),
                    Some((500.., body)) => {
                        assert_says_nothing(&body);
                        again.push(event);
                    }
                    None => again.push(event),
                    Some((status, body)) => panic!("{status} for an event: {body}"),
                }
            }
            if again.is_empty() {
                return any;
            }
            waiting = again;
        }
        panic!("Stripe gave up");
    }

    /// An event as Stripe delivers it.
    #[must_use]
    pub fn delivery(&self, event: &Value) -> HttpEvent {
        let body = event.to_string();
        let signature = sign(body.as_bytes(), WEBHOOK_SECRET, self.machine.now());
        HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body)
    }

    /// SQS delivers every message until the sender has it, or gives it up. Returns whether there was any.
    pub async fn deliver_messages(&mut self) -> bool {
        let mut any = false;
        loop {
            let batch = self.queue.receive();
            if batch.is_empty() {
                return any;
            }
            any = true;
            let payload = sqs_event(&batch);
            let answer = self.call(async |functions| functions.invoke_sender(payload).await).await.flatten();
            let failed = failures(answer.as_ref());
            self.queue.give_back(batch.into_iter().filter(|delivery| failed.takes(&delivery.id)));
        }
    }

    /// The schedule fires; Lambda tries again if it fails.
    pub async fn sweep(&mut self) {
        for _ in 0..PERSEVERANCE {
            let schedule = json!({ "source": "aws.scheduler" });
            if self.call(async |functions| functions.invoke_sender(schedule).await).await.flatten().is_some() {
                return;
            }
        }
        panic!("the sweep never came through");
    }

    /// Time passes for everybody.
    pub fn advance(&self, by: Duration) {
        self.stripe.advance(by);
    }

    /// What is late arrives.
    pub async fn wait_for_stragglers(&self) {
        while self.plane.stragglers() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Everything that is still under way comes to its end; returns how it ended.
    ///
    /// # Panics
    /// If a fact waits in the outbox for ever, or an event that Stripe delivered isn't recorded.
    pub async fn end(&mut self) -> End {
        for _ in 0..PERSEVERANCE {
            self.wait_for_stragglers().await;
            self.settle().await;
            if self.count("select count(*) from outbox where sent_at is null and parked_at is null").await == 0 {
                break;
            }
            self.clock.advance(Duration::from_secs(600));
            self.sweep().await;
        }
        assert_eq!(
            self.count("select count(*) from outbox where sent_at is null").await,
            0,
            "nothing waits or is parked"
        );
        let recorded = self.count("select count(*) from stripe_event").await;
        assert_eq!(usize::try_from(recorded).unwrap(), self.taken.len(), "every event is recorded once");
        watch::assert_clean();
        End::of(&self.tables, &self.klaviyo).await
    }

    /// Remembers the tables as they are, for [`Self::recall`].
    pub async fn remember(&self) {
        let copies = TABLES.map(|table| format!("create table memory.{table} as table public.{table};")).concat();
        let sql = format!("drop schema if exists memory cascade; create schema memory; {copies}");
        self.tables.batch_execute(&sql).await.unwrap();
    }

    /// The tables are as they were; Stripe has delivered nothing since, and Klaviyo and the queue are empty.
    pub async fn recall(&mut self) {
        self.tables.batch_execute(RECALL).await.unwrap();
        self.klaviyo.reset();
        while !self.queue.receive().is_empty() {}
        self.taken.clear();
    }

    /// What Stripe has to deliver, oldest first.
    #[must_use]
    pub fn undelivered(&self) -> Vec<Value> {
        let mut events = self.stripe.events();
        events.retain(|event| !self.taken.contains(id_of(event)));
        events
    }

    /// How many rows all tables have together.
    pub async fn rows(&self) -> i64 {
        let counts = TABLES.map(|table| format!("(select count(*) from {table})")).join(" + ");
        self.count(&format!("select {counts}")).await
    }

    /// A number from the tables.
    pub async fn count(&self, sql: &str) -> i64 {
        self.tables.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// The reader's browser pays with Stripe.js.
    pub async fn confirm(&self, client_secret: &str, method: &str) {
        let intent = client_secret.split("_secret_").next().unwrap();
        let url = format!("{}/v1/payment_intents/{intent}/confirm", self.stripe.base_url());
        let form = format!("client_secret={client_secret}&payment_method={method}&key=pk_test_1");
        let request = self.browser.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }
}

/// A server error has a code, a message for anybody, and a request id; nothing of what went wrong.
pub fn assert_says_nothing(body: &Value) {
    let fields: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["code", "message", "requestId"], "{body}");
    let message = body["message"].as_str().unwrap();
    assert!(ANYBODY_MAY_READ.contains(&message), "{message}");
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

/// A batch as the event source mapping hands it over.
#[must_use]
pub fn sqs_event(batch: &[Delivery]) -> Value {
    let records = batch.iter().map(|delivery| {
        json!({
            "messageId": delivery.id, "receiptHandle": "handle", "body": delivery.body, "md5OfBody": "",
            "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:1:klaviyo", "awsRegion": "us-east-1",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

/// Which messages of a batch come again.
enum Failures {
    All,
    These(BTreeSet<String>),
}

impl Failures {
    fn takes(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(id),
        }
    }
}

/// As Lambda reads the sender's answer.
fn failures(answer: Option<&Value>) -> Failures {
    let Some(answer) = answer else { return Failures::All };
    let failed = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
    Failures::These(failed.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect())
}
