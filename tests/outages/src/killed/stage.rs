//! A world of real processes: database, stand-ins, wires, and what the outside does by itself.

use std::collections::{BTreeMap, BTreeSet};

use pledge_proof::{
    Fault, Plane, Way, dials, functions::WEBHOOK_SECRET, plane::System, queue::Queue, state::End, wire::Wire,
    world::make_price,
};
use pledge_runtime::{http, tls};
use pledge_stand_ins::{
    Faults, FirebaseOptions, FirebaseStandIn, KlaviyoOptions, KlaviyoStandIn, StripeOptions, StripeStandIn,
};
use pledge_testkit::TestDatabase;
use pledge_tests::Function;
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::{call::Call, sqs};

/// How often anybody tries again before a run counts as stuck.
const PERSEVERANCE: usize = 10;

/// More steps than any invocation has.
const ENOUGH: usize = 60;

/// What becomes of the request on whose way the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes with the process.
    Lost,
    /// It has left already, and takes effect.
    Arrived,
}

impl Fate {
    /// Those that are tried: where there isn't time for both, the one in which more can go wrong.
    fn tried() -> &'static [Self] {
        if dials::whole() { &[Self::Lost, Self::Arrived] } else { &[Self::Arrived] }
    }
}

/// Where a process is killed: at the step with this number, counted from its start.
pub type Kill = Option<(usize, Fate)>;

/// A world of processes.
pub struct Stage {
    /// Stripe, beyond its wire.
    pub stripe: StripeStandIn,
    /// The look at the tables, beside the wire.
    pub tables: Client,
    /// SQS, beyond its wire.
    pub queue: Queue,
    /// The ID token of somebody who is signed in.
    pub token: String,
    plane: Plane,
    klaviyo: KlaviyoStandIn,
    browser: reqwest::Client,
    variables: Vec<(&'static str, String)>,
    running: BTreeMap<&'static str, Function>,
    taken: BTreeSet<String>,
    _firebase: FirebaseStandIn,
    _wires: [Wire; 5],
    _database: TestDatabase,
}

/// Plays the scene with its process killed at step 0, 1, … until it has no such step, once for each fate of the request
/// there, and demands the end of the scene in which nobody is killed. The scene returns whether there was such a step.
pub async fn everywhere(what: &str, scene: impl AsyncFn(&mut Stage, Kill) -> bool) {
    let run = async |kill| {
        let mut stage = Stage::new().await;
        let killed = scene(&mut stage, kill).await;
        (killed, stage.end().await)
    };
    let (_, expected) = run(None).await;
    assert!(!expected.rows.is_empty(), "{what} leaves something to compare");
    for step in 0..ENOUGH {
        for fate in Fate::tried() {
            let (killed, end) = run(Some((step, *fate))).await;
            assert_eq!(expected.difference(&end), "", "{what}: killed at step {step}, the request {fate:?}");
            if !killed {
                println!("{what}: killed at {step} steps, {} times", Fate::tried().len() * step);
                assert!(step > 0, "{what} has steps");
                return;
            }
        }
    }
    panic!("{what} has more than {ENOUGH} steps");
}

impl Stage {
    /// A world in which nothing has happened and nothing runs.
    pub async fn new() -> Self {
        let database = TestDatabase::new().await;
        let tables = database.connect().await;
        tables.batch_execute("select add_default_champion_tiers(7)").await.unwrap();
        let plane = Plane::default();
        let stripe = StripeOptions { seed: Some(1), ..StripeOptions::default() };
        let stripe = StripeStandIn::start(stripe).await.unwrap();
        let klaviyo = KlaviyoStandIn::start(KlaviyoOptions::default()).await.unwrap();
        let firebase = FirebaseOptions { seed: Some(1), project: PROJECT.to_owned(), ..FirebaseOptions::default() };
        let firebase = FirebaseStandIn::start(firebase).await.unwrap();
        let (_, token) = firebase.sign_in_with_google("champion@example.com", Some("Jo")).unwrap();
        let browser = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
        let price = make_price(&browser, &stripe.base_url()).await;
        let queue = Queue::new(&plane);
        let wires = [
            Wire::to_postgres(&database.address(), &plane).await,
            Wire::to_stand_in(System::Stripe, &stripe.base_url(), stripe.faults(), &plane).await,
            Wire::to_stand_in(System::Klaviyo, &klaviyo.base_url(), klaviyo.faults(), &plane).await,
            Wire::to_stand_in(System::Firebase, &firebase.base_url(), firebase.faults(), &plane).await,
            Wire::to_stand_in(System::Sqs, &sqs::serve(&queue).await, &Faults::default(), &plane).await,
        ];
        let name = database.config().get_dbname().unwrap().to_owned();
        let variables = variables(&wires, &name, &price);
        Self {
            stripe,
            tables,
            queue,
            token,
            plane,
            klaviyo,
            browser,
            variables,
            running: BTreeMap::new(),
            taken: BTreeSet::new(),
            _firebase: firebase,
            _wires: wires,
            _database: database,
        }
    }

    async fn start(&self, function: &str) -> Function {
        Function::start(function, self.variables.iter().map(|(name, value)| (*name, value.as_str()))).await
    }

    /// What a process that nobody kills makes of the call.
    async fn invoke(&mut self, call: &Call) -> Value {
        if !self.running.contains_key(call.function) {
            self.running.insert(call.function, self.start(call.function).await);
        }
        self.running[call.function].invoke(&call.event).await
    }

    /// A new process gets the call and is killed on its way. Returns whether it came to that step.
    pub async fn kill(&mut self, call: &Call, kill: Kill) -> bool {
        let Some((step, fate)) = kill else { return false };
        self.running.remove(call.function);
        self.plane.arm(&[Fault { step, way: Way::Held }]);
        let function = self.start(call.function).await;
        let killed = tokio::select! {
            biased;
            () = self.plane.holding() => true,
            _ = function.invoke(&call.event) => false,
        };
        // SIGKILL; when this returns the process is gone, and only then the request goes on or is lost.
        function.stop().await;
        if killed {
            self.plane.fail(match fate {
                Fate::Lost => Way::Refused,
                Fate::Arrived => Way::AnswerLost,
            });
        }
        while self.plane.stragglers() > 0 {
            tokio::task::yield_now().await;
        }
        _ = self.plane.disarm();
        killed
    }

    /// A reader sends a request until it is answered with less than 500, and expects this status.
    pub async fn ask(&mut self, call: &Call, expected: u64) -> Value {
        for _ in 0..PERSEVERANCE {
            let answer = self.invoke(call).await;
            let status = answer["statusCode"].as_u64().unwrap_or(500);
            if status < 500 {
                let body = answer["body"].as_str().unwrap_or_default();
                assert_eq!(status, expected, "{call:?}: {body}");
                return serde_json::from_str(body).unwrap();
            }
        }
        panic!("never answered: {call:?}");
    }

    /// What Stripe has to deliver, oldest first.
    #[must_use]
    pub fn undelivered(&self) -> Vec<Value> {
        let mut events = self.stripe.events();
        events.retain(|event| !self.taken.contains(id_of(event)));
        events
    }

    /// Stripe delivers every event until it is answered with 200.
    pub async fn deliver_events(&mut self) {
        for event in self.undelivered() {
            self.ask(&Call::delivery(&event), 200).await;
            self.taken.insert(id_of(&event).to_owned());
        }
    }

    /// SQS delivers every message until the sender has it.
    pub async fn deliver_messages(&mut self) {
        loop {
            let batch = self.queue.receive();
            if batch.is_empty() {
                return;
            }
            let answer = self.invoke(&Call::batch(&batch)).await;
            let failed = answer["batchItemFailures"].as_array().cloned();
            self.queue.give_back(batch.into_iter().filter(|delivery| {
                failed.as_ref().is_none_or(|failed| failed.iter().any(|one| one["itemIdentifier"] == delivery.id))
            }));
        }
    }

    /// The schedule fires.
    pub async fn sweep(&mut self) {
        let swept = self.invoke(&Call::schedule()).await;
        assert!(swept["requeued"].is_number(), "{swept}");
    }

    /// Everything that is still under way comes to its end; returns how it ended.
    async fn end(&mut self) -> End {
        for _ in 0..PERSEVERANCE {
            self.deliver_events().await;
            self.deliver_messages().await;
            if self.waiting().await == 0 {
                break;
            }
            self.sweep().await;
        }
        assert_eq!(self.waiting().await, 0, "nothing waits in the outbox");
        End::of_processes(&self.tables, &self.klaviyo).await
    }

    async fn waiting(&self) -> i64 {
        self.tables.query_one("select count(*) from outbox where sent_at is null", &[]).await.unwrap().get(0)
    }

    /// The reader's browser pays with Stripe.js.
    pub async fn confirm(&self, client_secret: &str) {
        let intent = client_secret.split("_secret_").next().unwrap();
        let url = format!("{}/v1/payment_intents/{intent}/confirm", self.stripe.base_url());
        let form = format!("client_secret={client_secret}&payment_method=pm_card_visa&key=pk_test_1");
        let request = self.browser.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
        request.send().await.unwrap().error_for_status().unwrap();
    }
}

const PROJECT: &str = "demo-pledge";

/// The whole environment of a function.
fn variables(wires: &[Wire; 5], database: &str, price: &str) -> Vec<(&'static str, String)> {
    let [postgres, stripe, klaviyo, firebase, sqs] = wires.each_ref().map(Wire::address);
    vec![
        ("STAGE", "local".to_owned()),
        ("DATABASE_URL", format!("postgres://postgres@{postgres}/{database}?sslmode=disable")),
        ("AWS_ENDPOINT_URL", format!("http://{sqs}")),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("STRIPE_API_BASE", format!("http://{stripe}")),
        ("STRIPE_SECRET_KEY", "sk_test_proof".to_owned()),
        ("STRIPE_WEBHOOK_SECRETS", WEBHOOK_SECRET.to_owned()),
        ("KLAVIYO_API_BASE", format!("http://{klaviyo}")),
        ("KLAVIYO_API_KEY", "pk_proof".to_owned()),
        ("KLAVIYO_QUEUE_URL", format!("http://{sqs}/000000000000/klaviyo")),
        // Whatever the sweep finds has waited long enough.
        ("SWEEP_AFTER_SECONDS", "0".to_owned()),
        ("FIREBASE_AUTH_EMULATOR_HOST", firebase.to_string()),
        ("FIREBASE_PROJECT_ID", PROJECT.to_owned()),
        ("PREORDER_PRICES", json!({ "Red": price }).to_string()),
        ("PUBLIC_SITE_URL", "https://example.com".to_owned()),
    ]
}

fn id_of(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}
