//! The handler with a real client, a strict stand-in for Stripe, PostgreSQL, and a webhook endpoint that records.
#![allow(clippy::unwrap_used, reason = "a test that can't prepare its environment has to stop")]

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use create_champion_subscription::handler::Handler;
use lambda_http::{Context, RequestExt};
use pledge_application::{champions::Champions, payers::Payers, site::Site};
use pledge_domain::{champion::moment::DEFAULT_RENEWAL_GRACE, limits::AttemptLimits, ports::Randomness};
use pledge_http_api::{Routes, app_check::AppCheck};
use pledge_postgres::{Database, Settings};
use pledge_runtime::{Metrics, Secret, Stage, System, http, tls};
use pledge_stand_ins::{Clock, StripeOptions, StripeStandIn, WebhookTarget};
use pledge_stripe_api::{Config, StripeClient};
use pledge_stripe_events::{Secrets, TOLERANCE, decode, verify};
use pledge_testkit::{
    Deliver, FakeIdentity, FakeTokens, SeededIds, TestDatabase, builders::signed_in, http::HttpEvent,
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio_postgres::Client;

use crate::{SINCE_BASIL, wish};

const SECRET: &str = "whsec_of_the_tests";
const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
const TOKEN: &str = "token-of-ada";

pub type Real = Handler<Database, StripeClient, FakeTokens, FakeIdentity, StripesTime>;

/// A machine whose clock is the stand-in's.
pub struct StripesTime {
    clock: Clock,
    ids: SeededIds,
}

impl pledge_domain::ports::Clock for StripesTime {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.clock.now()).unwrap()
    }
}

impl Randomness for StripesTime {
    fn uuid(&self) -> uuid::Uuid {
        self.ids.uuid()
    }
}

/// The parts of a journey's environment.
pub struct TestEnvironment {
    pub stripe: StripeStandIn,
    pub handler: Arc<Real>,
    pub tables: Client,
    http: reqwest::Client,
    _database: TestDatabase,
}

impl TestEnvironment {
    /// Starts the environment, in which Stripe delivers every event twice, in this API version.
    pub async fn start(api_version: &str) -> Self {
        let database = TestDatabase::new().await;
        let store = Database::new(Settings::parse(&database.url()).unwrap().with_connections(8), None).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", post(receive)).with_state(store.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let webhook = WebhookTarget {
            api_version: Some(api_version.to_owned()),
            ..WebhookTarget::new(format!("http://{address}/"), SECRET)
        };
        let options = StripeOptions { webhooks: vec![webhook], ..StripeOptions::default() };
        let stripe = StripeStandIn::start(options).await.unwrap();
        stripe.set_copies(2);
        let http = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
        let billing = StripeClient::new(
            http.clone(),
            &Config { base: stripe.base_url(), key: Secret::new(KEY), deployment: "local".to_owned() },
        )
        .unwrap();
        let handler = Handler {
            champions: Champions {
                store,
                billing,
                renewal_grace: DEFAULT_RENEWAL_GRACE,
                limits: AttemptLimits::default(),
            },
            site: Site::new(&"https://example.com".parse().unwrap()),
            app_check: AppCheck::Off,
            metrics: Metrics::new(Stage::Local, System, std::io::sink()),
            verifier: FakeTokens::default().with(TOKEN, signed_in("ada", "ada@example.com")),
            payers: Payers { accounts: FakeIdentity::default(), needs_proven_address: false },
            system: StripesTime { clock: stripe.clock().clone(), ids: SeededIds::default() },
        };
        let tables = database.connect().await;
        tables.batch_execute("select add_default_champion_tiers(7)").await.unwrap();
        Self { stripe, handler: Arc::new(handler), tables, http, _database: database }
    }

    /// Returns the environment of a reader of tier 2 who has paid their first month, and the subscription.
    pub async fn with_subscriber() -> (Self, String) {
        let environment = Self::start(SINCE_BASIL).await;
        let (status, made) = environment.ask("subscription", &wish(2)).await;
        assert_eq!(status, 201, "{made}");
        environment.confirm(&intent_of(&made), "pm_card_visa").await;
        (environment, made["subscriptionId"].as_str().unwrap().to_owned())
    }

    /// Sends a request of the reader. Returns the status and the body.
    pub async fn ask(&self, action: &str, body: &Value) -> (u16, Value) {
        let answer = ask(&self.handler, action, body).await;
        self.settle().await;
        answer
    }

    /// Returns the state of the reader's support.
    pub async fn standing(&self) -> Value {
        let event = HttpEvent::get("/payment/stripe/champion-subscription").query("novelId=7");
        send(&self.handler, event).await.1
    }

    /// Confirms a payment with one of Stripe's test cards, as the browser does.
    pub async fn confirm(&self, intent: &str, card: &str) {
        let url = format!("{}/v1/payment_intents/{intent}/confirm", self.stripe.base_url());
        let form = format!("payment_method={card}&return_url=https%3A%2F%2Fexample.com%2F");
        let request = self.http.post(url).bearer_auth(KEY).header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send().await.unwrap();
        self.settle().await;
    }

    /// Registers the billing portal.
    pub async fn register_portal(&self) {
        let url = format!("{}/v1/billing_portal/configurations", self.stripe.base_url());
        let form = "features[payment_method_update][enabled]=true&metadata[pledge]=portal";
        let request = self.http.post(url).bearer_auth(KEY).header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(request.body(form).send().await.unwrap().status(), 200);
    }

    /// Chooses another card on the portal's page.
    pub async fn choose_in_portal(&self, url: &str, card: &str) {
        let answer = self.http.post(url).body(format!("payment_method={card}")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        self.settle().await;
    }

    /// Asks Stripe's API for something, as somebody in its dashboard does.
    pub async fn stripe_request(&self, method: &str, path: &str, form: &str) {
        let url = format!("{}{path}", self.stripe.base_url());
        let request = self.http.request(method.parse().unwrap(), url).bearer_auth(KEY);
        let form = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        let response = form.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// Lets time pass at Stripe, a day at a time, so that every invoice is paid before the next one is made.
    pub async fn days(&self, days: u32) {
        for _ in 0..days {
            self.stripe.advance(Duration::from_secs(86_400));
        }
        self.settle().await;
    }

    pub async fn settle(&self) {
        assert!(self.stripe.wait_until_idle(Duration::from_secs(30)).await);
    }

    /// Returns the rows of a query, each as text.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        self.tables.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

/// Sends a request of the reader. Returns the status and the body.
pub async fn ask(handler: &Real, action: &str, body: &Value) -> (u16, Value) {
    let mut body = body.clone();
    body["novelId"] = json!(7);
    let path = format!("/payment/stripe/champion-{action}");
    send(handler, HttpEvent::post(&path).json(&body)).await
}

async fn send(handler: &Real, event: HttpEvent) -> (u16, Value) {
    let event = event.header("authorization", &format!("Bearer {TOKEN}"));
    let request = pledge_http_api::event::request(&event.to_json()).unwrap();
    let response = handler.handle(request.with_lambda_context(Context::default())).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// Returns the id of the payment in an answer's client secret.
pub fn intent_of(answer: &Value) -> String {
    answer["clientSecret"].as_str().unwrap().split("_secret").next().unwrap().to_owned()
}

async fn receive(State(store): State<Database>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = OffsetDateTime::from_unix_timestamp(Clock::machine_now()).unwrap();
    let secrets = Secrets::new([SECRET]).unwrap();
    verify(&body, headers["stripe-signature"].to_str().unwrap(), &secrets, TOLERANCE, now).unwrap();
    match store.deliver(&decode(&body).unwrap(), now).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
