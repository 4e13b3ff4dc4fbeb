//! Runs the functions as processes, each behind a Lambda Runtime API, with all the systems that they need.

use std::collections::{BTreeMap, BTreeSet};

use pledge_faults::{FailureMode, Fault, FaultInjector, QueueServer, TcpProxy};
use pledge_proof::{
    environment::{make_price, not_taken},
    final_state::FinalState,
    functions::WEBHOOK_SECRET,
    proxies::before_all,
    settings,
};
use pledge_runtime::{http, tls};
use pledge_stand_ins::{
    FirebaseOptions, FirebaseStandIn, KlaviyoOptions, KlaviyoStandIn, StripeOptions, StripeStandIn,
};
use pledge_testkit::TestDatabase;
use pledge_tests::Function;
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::call::Call;

/// The number of attempts after which a run counts as stuck.
const MAX_ATTEMPTS: usize = 10;

/// A number of steps that no invocation reaches.
const ENOUGH: usize = 60;

/// The outcome of the request that is under way when the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOutcome {
    /// The request is lost with the process.
    Lost,
    /// The request has left the process already, and takes effect.
    Arrived,
}

impl RequestOutcome {
    /// Returns the outcomes to try. If there isn't time for both, it is the one in which more can go wrong.
    fn tried() -> &'static [Self] {
        if settings::whole() { &[Self::Lost, Self::Arrived] } else { &[Self::Arrived] }
    }
}

/// The step at which a process is killed, counted from its start; none if it isn't killed.
pub type Kill = Option<(usize, RequestOutcome)>;

/// The functions as processes, with their own instances of every system that they need.
pub struct ProcessHarness {
    /// The stand-in of Stripe, reached without its proxy.
    pub stripe: StripeStandIn,
    /// A connection to the database, without the proxy.
    pub tables: Client,
    /// SQS, reached without the proxy.
    pub sqs: QueueServer,
    /// The ID token of a signed-in reader.
    pub token: String,
    injector: FaultInjector,
    klaviyo: KlaviyoStandIn,
    browser: reqwest::Client,
    variables: Vec<(&'static str, String)>,
    running: BTreeMap<&'static str, Function>,
    taken: BTreeSet<String>,
    _firebase: FirebaseStandIn,
    _proxies: [TcpProxy; 5],
    _database: TestDatabase,
}

/// Runs a scene again and again, killing its process at step 0, 1, … until there is no such step, once for each outcome
/// of the request at that step. Requires the same final state as without a kill. The scene returns whether there was such
/// a step.
pub async fn everywhere(what: &str, scene: impl AsyncFn(&mut ProcessHarness, Kill) -> bool) {
    let run = async |kill| {
        let mut harness = ProcessHarness::new().await;
        let killed = scene(&mut harness, kill).await;
        (killed, harness.end().await)
    };
    let (_, expected) = run(None).await;
    assert!(!expected.rows.is_empty(), "{what} leaves something to compare");
    for step in 0..ENOUGH {
        for outcome in RequestOutcome::tried() {
            let (killed, end) = run(Some((step, *outcome))).await;
            assert_eq!(expected.difference(&end), "", "{what}: killed at step {step}, the request {outcome:?}");
            if !killed {
                println!("{what}: killed at {step} steps, {} times", RequestOutcome::tried().len() * step);
                assert!(step > 0, "{what} has steps");
                return;
            }
        }
    }
    panic!("{what} has more than {ENOUGH} steps");
}

impl ProcessHarness {
    /// Makes a harness without data, in which no function runs.
    pub async fn new() -> Self {
        let database = TestDatabase::new().await;
        let tables = database.connect().await;
        tables.batch_execute("select add_default_champion_tiers(7)").await.unwrap();
        let injector = FaultInjector::default();
        let stripe = StripeOptions { seed: Some(1), ..StripeOptions::default() };
        let stripe = StripeStandIn::start(stripe).await.unwrap();
        let klaviyo = KlaviyoStandIn::start(KlaviyoOptions::default()).await.unwrap();
        let firebase = FirebaseOptions { seed: Some(1), project: PROJECT.to_owned(), ..FirebaseOptions::default() };
        let firebase = FirebaseStandIn::start(firebase).await.unwrap();
        let (_, token) = firebase.sign_in_with_google("champion@example.com", Some("Jo")).unwrap();
        let browser = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
        let price = make_price(&browser, &stripe.base_url()).await;
        let sqs = QueueServer::start().await;
        let proxies = before_all(&database, &stripe, &klaviyo, &firebase, &sqs, &injector).await;
        let variables = variables(&proxies, &database, &sqs, &price);
        Self {
            stripe,
            tables,
            sqs,
            token,
            injector,
            klaviyo,
            browser,
            variables,
            running: BTreeMap::new(),
            taken: BTreeSet::new(),
            _firebase: firebase,
            _proxies: proxies,
            _database: database,
        }
    }

    async fn start(&self, function: &str) -> Function {
        Function::start(function, self.variables.iter().map(|(name, value)| (*name, value.as_str()))).await
    }

    /// Invokes a function in a process that isn't killed, and returns its answer.
    async fn invoke(&mut self, call: &Call) -> Value {
        if !self.running.contains_key(call.function) {
            self.running.insert(call.function, self.start(call.function).await);
        }
        self.running[call.function].invoke(&call.event).await
    }

    /// Invokes a function in a new process and kills it at the step. Returns whether the process came to that step.
    pub async fn kill(&mut self, call: &Call, kill: Kill) -> bool {
        let Some((step, outcome)) = kill else { return false };
        self.running.remove(call.function);
        self.injector.arm(&[Fault { step, mode: FailureMode::Held }]);
        let function = self.start(call.function).await;
        let killed = tokio::select! {
            biased;
            () = self.injector.holding() => true,
            _ = function.invoke(&call.event) => false,
        };
        // This sends SIGKILL and waits until the process is gone. Only then the request goes on or is lost.
        function.stop().await;
        if killed {
            self.injector.fail(match outcome {
                RequestOutcome::Lost => FailureMode::Refused,
                RequestOutcome::Arrived => FailureMode::AnswerLost,
            });
        }
        while self.injector.requests_in_flight() > 0 {
            tokio::task::yield_now().await;
        }
        _ = self.injector.disarm();
        killed
    }

    /// Sends a reader's request again until the status is below 500, and requires this status. Returns the body.
    pub async fn ask(&mut self, call: &Call, expected: u64) -> Value {
        for _ in 0..MAX_ATTEMPTS {
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

    /// Returns the events that Stripe hasn't delivered yet, oldest first.
    #[must_use]
    pub fn undelivered(&self) -> Vec<Value> {
        let mut events = self.stripe.events();
        events.retain(|event| !self.taken.contains(id_of(event)));
        events
    }

    /// Delivers each of Stripe's events until it is answered with 200.
    pub async fn deliver_events(&mut self) {
        for event in self.undelivered() {
            self.ask(&Call::delivery(&event), 200).await;
            self.taken.insert(id_of(&event).to_owned());
        }
    }

    /// Delivers each message of the queue until the sender has processed it.
    pub async fn deliver_messages(&mut self) {
        loop {
            let batch = self.sqs.queue.receive();
            if batch.is_empty() {
                return;
            }
            let answer = self.invoke(&Call::batch(&batch)).await;
            self.sqs.queue.give_back(not_taken(batch, &answer));
        }
    }

    /// Invokes the sender as its schedule does.
    pub async fn sweep(&mut self) {
        let swept = self.invoke(&Call::schedule()).await;
        assert!(swept["requeued"].is_number(), "{swept}");
    }

    /// Finishes everything that is under way. Returns the final state.
    async fn end(&mut self) -> FinalState {
        for _ in 0..MAX_ATTEMPTS {
            self.deliver_events().await;
            self.deliver_messages().await;
            if self.waiting().await == 0 {
                break;
            }
            self.sweep().await;
        }
        assert_eq!(self.waiting().await, 0, "nothing waits in the outbox");
        FinalState::of_processes(&self.tables, &self.klaviyo).await
    }

    async fn waiting(&self) -> i64 {
        self.tables
            .query_one("select count(*) from outbox where sent_at is null and superseded_at is null", &[])
            .await
            .unwrap()
            .get(0)
    }

    /// Confirms a payment as Stripe.js does in the reader's browser.
    pub async fn confirm(&self, client_secret: &str) {
        let intent = client_secret.split("_secret_").next().unwrap();
        let url = format!("{}/v1/payment_intents/{intent}/confirm", self.stripe.base_url());
        let form = format!("client_secret={client_secret}&payment_method=pm_card_visa&key=pk_test_1");
        let request = self.browser.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
        request.send().await.unwrap().error_for_status().unwrap();
    }
}

const PROJECT: &str = "demo-pledge";

/// Returns the variables of the functions.
fn variables(
    proxies: &[TcpProxy; 5],
    database: &TestDatabase,
    queue: &QueueServer,
    price: &str,
) -> Vec<(&'static str, String)> {
    let [postgres, stripe, klaviyo, firebase, sqs] = proxies.each_ref().map(TcpProxy::address);
    vec![
        ("STAGE", "local".to_owned()),
        ("DATABASE_URL", database.url_through(postgres)),
        ("AWS_ENDPOINT_URL", format!("http://{sqs}")),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("STRIPE_API_BASE", format!("http://{stripe}")),
        ("STRIPE_SECRET_KEY", "sk_test_proof".to_owned()),
        ("STRIPE_WEBHOOK_SECRETS", WEBHOOK_SECRET.to_owned()),
        ("KLAVIYO_API_BASE", format!("http://{klaviyo}")),
        ("KLAVIYO_API_KEY", "pk_proof".to_owned()),
        ("KLAVIYO_QUEUE_URL", queue.queue_url()),
        // The sweep takes every unsent row, however young.
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
