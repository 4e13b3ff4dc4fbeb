//! The load: readers who order and subscribe, through a front end that repeats failed requests.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use pledge_driver::{Answer, Driver};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

/// The time between two readers. Each makes two or three requests and causes some five events of Stripe's.
const EVERY: Duration = Duration::from_millis(400);

/// How long a front end waits for an answer, and how long before it repeats a request.
const PATIENCE: Duration = Duration::from_secs(9);
const PAUSE: Duration = Duration::from_secs(1);

/// The number of attempts after which a front end gives up.
const MAX_ATTEMPTS: usize = 60;

/// The readers of one outage. Clones share them.
#[derive(Debug, Clone)]
pub struct Load {
    driver: Driver,
    /// The domain of the readers' addresses.
    domain: String,
    seen: Arc<Seen>,
}

/// Counts of requests, and what readers were told.
#[derive(Debug, Default)]
struct Seen {
    requests: AtomicUsize,
    refused: AtomicUsize,
    unanswered: AtomicUsize,
    /// The lines that must be true in the end, each once.
    told: Mutex<Vec<String>>,
}

/// Counts of requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// All requests.
    pub all: usize,
    /// Requests that were answered with 5xx.
    pub refused: usize,
    /// Requests that weren't answered in time.
    pub unanswered: usize,
}

impl Load {
    /// Makes a load without readers.
    #[must_use]
    pub fn new(driver: &Driver, domain: &str) -> Self {
        Self { driver: driver.clone(), domain: domain.to_owned(), seen: Arc::default() }
    }

    /// Starts one reader after the other until `done`, and waits until the last one has finished. Returns how many there
    /// were.
    pub async fn come(self, done: impl Future<Output = ()>) -> usize {
        let mut load = JoinSet::new();
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut done = std::pin::pin!(done);
        loop {
            tokio::select! {
                () = &mut done => break,
                _ = ticks.tick() => {
                    load.spawn(self.clone().comes(load.len()));
                }
            }
        }
        let count = load.len();
        load.join_all().await;
        count
    }

    async fn comes(self, number: usize) {
        let email = format!("reader-{number}@{}", self.domain);
        match number % 10 {
            2 => self.subscribes(&email).await,
            4 => {
                // This reader leaves the page without paying.
                self.orders(&email).await;
                self.must(&email, &["preorder processing"]);
            }
            6 => {
                let session = self.orders_at_the_checkout(&email).await;
                self.pays(&email, &session).await;
            }
            _ => {
                let session = self.orders(&email).await;
                self.pays(&email, &session).await;
            }
        }
    }

    /// Sends the form and opens the checkout as a reader. Returns the session.
    async fn orders(&self, email: &str) -> String {
        let form = form(email);
        let accepted =
            self.ask("/preorders", 201, |request| request.header("idempotency-key", email).json(&form)).await;
        self.must(email, &["Klaviyo preorder_started"]);
        let wish = json!({ "preorderId": accepted.text("preorderId") });
        self.ask("/checkout", 200, |request| request.json(&wish)).await.text("sessionId").to_owned()
    }

    /// Sends the form to the checkout as a reader. Returns the session.
    async fn orders_at_the_checkout(&self, email: &str) -> String {
        let form = form(email);
        let opened = self.ask("/checkout", 200, |request| request.header("idempotency-key", email).json(&form)).await;
        self.must(email, &["Klaviyo preorder_started"]);
        opened.text("sessionId").to_owned()
    }

    async fn pays(&self, email: &str, session: &str) {
        self.driver.stripe.pay(session, &json!({})).await.unwrap();
        self.must(email, &["preorder completed", "a paid session", "Klaviyo preorder_success"]);
    }

    async fn subscribes(&self, email: &str) {
        let reader = self.driver.firebase.sign_in_with_google(email, "Jo Reader").await.unwrap();
        let wish = json!({ "novelId": 1, "tierLevel": 2, "autoRenew": true });
        let path = "/payment/stripe/champion-subscription";
        let created = self.ask(path, 201, |request| request.bearer_auth(&reader.id_token).json(&wish)).await;
        let secret = created.text("clientSecret");
        self.driver.stripe.confirm(secret, "pm_card_visa", &self.driver.endpoints).await.unwrap();
        self.must(email, &["a live subscription", "grant new", "payment completed", "Klaviyo champion_started"]);
    }

    /// Repeats a request until the answer isn't 5xx, and requires this status.
    async fn ask(&self, path: &str, expected: u16, fill: impl Fn(RequestBuilder) -> RequestBuilder) -> Answer {
        for _ in 0..MAX_ATTEMPTS {
            let request = fill(self.driver.api.request(Method::POST, path)).timeout(PATIENCE);
            self.seen.requests.fetch_add(1, Ordering::Relaxed);
            match self.driver.api.send(request).await {
                Ok(answer) if answer.status < 500 => return answer.expect_status(expected).unwrap(),
                Ok(_) => self.seen.refused.fetch_add(1, Ordering::Relaxed),
                Err(_) => self.seen.unanswered.fetch_add(1, Ordering::Relaxed),
            };
            sleep(PAUSE).await;
        }
        panic!("a reader gave up at {path}");
    }

    fn must(&self, email: &str, lines: &[&str]) {
        self.seen.told.lock().unwrap().extend(lines.iter().map(|line| format!("{email}: {line}")));
    }

    /// Returns the lines that must be true in the end, each once.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.seen.told.lock().unwrap().clone()
    }

    /// Returns the counts of requests so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        let Seen { requests, refused, unanswered, .. } = &*self.seen;
        Requests { all: count(requests), refused: count(refused), unanswered: count(unanswered) }
    }
}

fn form(email: &str) -> Value {
    json!({ "email": email, "color": "Red", "locale": "en" })
}
