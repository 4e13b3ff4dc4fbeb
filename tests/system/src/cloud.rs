//! The running local cloud, used by one test at a time.

use std::ops::Deref;

use pledge_domain::{
    Timestamp,
    ports::{Clock, Randomness},
};
use pledge_driver::{Answer, Driver};
use pledge_local::Endpoints;
use pledge_runtime::System;
use pledge_stand_ins::Fault;
use pledge_stripe_events::sign;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::{Function, environment};

/// Lets tests that are threads of one process wait for each other. nextest runs each in a process of its own and lets
/// them wait by its configuration.
static TURN: Mutex<()> = Mutex::const_new(());

/// The running cloud. No other test uses it meanwhile, so that a test may put faults into its stand-ins.
#[derive(Debug)]
pub struct Cloud {
    driver: Driver,
    /// A text in every address of this test.
    mark: String,
    _turn: MutexGuard<'static, ()>,
}

impl Deref for Cloud {
    type Target = Driver;

    fn deref(&self) -> &Driver {
        &self.driver
    }
}

/// An object at Stripe, as JSON.
pub type Object = Value;

impl Cloud {
    /// Enters the cloud that `PLEDGE_ENDPOINTS` names, and removes what earlier tests left there. Prints a note and
    /// returns none if there is none; in CI that is a failure.
    pub async fn enter() -> Option<Self> {
        if !environment::names_a_cloud() {
            assert!(!environment::is_ci(), "PLEDGE_ENDPOINTS names no cloud");
            eprintln!("skipped: no cloud is running for the tests; `make test` starts one");
            return None;
        }
        let turn = TURN.lock().await;
        let driver = Driver::new(Endpoints::of_running().unwrap()).unwrap();
        driver.stripe.clear_faults().await.unwrap();
        driver.klaviyo.clear_faults().await.unwrap();
        driver.firebase.clear_faults().await.unwrap();
        let mark = System.uuid().simple().to_string();
        Some(Self { driver, mark, _turn: turn })
    }

    /// Returns an address that no other test uses.
    #[must_use]
    pub fn email(&self, who: &str) -> String {
        format!("{who}.{}@example.com", self.mark)
    }

    /// Returns a text that no other test uses, for idempotency keys.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// Returns the present time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        System.now()
    }

    /// Waits until nothing of earlier tests is under way to the functions or to Klaviyo, so that faults hit this test
    /// only.
    pub async fn quiet(&self) {
        self.stripe.idle().await.unwrap();
        self.klaviyo.settled(&self.database).await.unwrap();
    }

    /// Does what the sender's schedule does every minute, without leaving young rows alone.
    pub async fn sweep(&self) {
        let variables = self.endpoints.variables();
        let sender =
            Function::start("klaviyo-sender", variables.into_iter().chain([("SWEEP_AFTER_SECONDS", "0")])).await;
        let swept = sender.invoke(&json!({ "detail-type": "Scheduled Event" })).await;
        assert!(swept["requeued"].is_number(), "{swept}");
    }

    /// Makes Stripe's API fail.
    pub async fn stripe_fails(&self, fault: Fault) {
        self.stripe.fault(&serde_json::to_value(fault).unwrap()).await.unwrap();
    }

    /// Makes Klaviyo fail, once nothing of other tests is under way.
    pub async fn klaviyo_fails(&self, fault: Fault) {
        self.quiet().await;
        self.klaviyo.fault(&serde_json::to_value(fault).unwrap()).await.unwrap();
    }

    /// Makes Firebase fail.
    pub async fn firebase_fails(&self, fault: Fault) {
        self.firebase.fault(&serde_json::to_value(fault).unwrap()).await.unwrap();
    }

    /// Makes a preorder of somebody new who doesn't sign in. Returns its id.
    pub async fn a_preorder(&self, email: &str) -> String {
        self.api.preorder(email, "Red").await.unwrap()
    }

    /// Makes a preorder that is paid, with all its events delivered. Returns its id.
    pub async fn a_paid_preorder(&self, email: &str) -> String {
        let preorder = self.a_preorder(email).await;
        let session = self.api.checkout(&preorder).await.unwrap();
        self.pay(&session).await;
        preorder
    }

    /// Pays a session by card, and waits until Stripe has delivered its events.
    pub async fn pay(&self, session: &str) {
        self.stripe.pay(session, &json!({})).await.unwrap();
        self.stripe.idle().await.unwrap();
    }

    /// Returns the row of a preorder, by column.
    pub async fn preorder(&self, id: &str) -> Value {
        let mut rows = self.rows("select to_jsonb(p) from preorders p where id::text = $1", id).await;
        assert_eq!(rows.len(), 1, "preorder {id}");
        rows.remove(0)
    }

    /// Returns the rows of every preorder of an address.
    pub async fn preorders_of(&self, email: &str) -> Vec<Value> {
        self.rows("select to_jsonb(p) from preorders p where email = $1 order by created_at", email).await
    }

    /// Returns the row of a user.
    pub async fn user(&self, id: &str) -> Option<Value> {
        self.rows("select to_jsonb(u) from users u where id = $1", id).await.pop()
    }

    /// Returns the rows of the outbox about a preorder, sorted by key.
    pub async fn outbox_of(&self, preorder: &str) -> Vec<Value> {
        let sql =
            "select to_jsonb(o) from outbox o where key like '%:' || $1 or key like '%:' || $1 || ':%' order by key";
        self.rows(sql, preorder).await
    }

    /// Returns the row of an event of Stripe's.
    pub async fn stripe_event(&self, id: &str) -> Option<Value> {
        self.rows("select to_jsonb(e) from stripe_event e where id = $1", id).await.pop()
    }

    async fn rows(&self, sql: &str, of: &str) -> Vec<Value> {
        self.database.json(sql, &[&of]).await.unwrap()
    }

    /// Returns the Checkout sessions of a preorder at Stripe.
    pub async fn sessions_of(&self, preorder: &str) -> Vec<Object> {
        let mut sessions = self.stripe.list("checkout.session").await.unwrap();
        sessions.retain(|session| session["client_reference_id"] == preorder);
        sessions
    }

    /// Waits until Klaviyo has accepted `count` events of an address, and returns the metric and `unique_id` of each.
    pub async fn klaviyo_events(&self, email: &str, count: usize) -> Vec<(String, String)> {
        let events = self.klaviyo.wait(email, count).await.unwrap();
        let mut events: Vec<_> = events.into_iter().map(|event| (event.metric, event.unique_id)).collect();
        events.sort();
        events
    }

    /// Posts a body to the webhook as Stripe would, signed with `secret` at the time `at`.
    pub async fn webhook(&self, body: &str, secret: &str, at: Timestamp) -> Answer {
        self.webhook_signed(body, &sign(body.as_bytes(), secret, at)).await
    }

    /// Posts a body with a signature to the webhook.
    pub async fn webhook_signed(&self, body: &str, signature: &str) -> Answer {
        let request = self.api.request(reqwest::Method::POST, "/webhooks/stripe").header("stripe-signature", signature);
        self.api.send(request.body(body.to_owned())).await.unwrap()
    }
}
