//! The environment of a test: a database, and stand-ins for everything else that the program talks to.

use std::process::Stdio;

use pledge_domain::{
    account::Claims,
    ids::{OutboxId, PreorderId, PriceId, SessionId},
    ports::{CheckoutGateway, Delivery, OutboxStore, PreorderStore, SessionRequest},
    preorder::{CheckoutPolicy, Preorder, checkout::OpenSession},
    user::Owner,
};
use pledge_faults::QueueServer;
use pledge_postgres::{Database, Settings};
use pledge_runtime::{Secret, http, tls};
use pledge_stand_ins::{
    Clock, FirebaseOptions, FirebaseStandIn, KlaviyoOptions, KlaviyoStandIn, StripeOptions, StripeStandIn,
};
use pledge_stripe_api::{Config, StripeClient};
use pledge_testkit::{TestDatabase, builders::a_new_preorder, time::t};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, process::Command};
use tokio_postgres::Client;

/// The secret key that the stand-in of Stripe accepts.
pub const KEY: &str = "sk_test_of_the_tests";

/// A test's own database, and the stand-ins that the program is configured with.
pub struct TestEnvironment {
    pub stand_in: StripeStandIn,
    pub stripe: StripeClient,
    pub firebase: FirebaseStandIn,
    pub klaviyo: KlaviyoStandIn,
    pub sqs: QueueServer,
    pub store: Database,
    pub tables: Client,
    database: TestDatabase,
    http: reqwest::Client,
}

/// The exit status and the output of a call.
#[derive(Debug)]
pub struct Output {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Output {
    /// Returns standard output with single blanks between words.
    pub fn words(&self) -> String {
        self.out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Returns the lines of standard output.
    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }

    /// Returns the rows of the table on standard output without its headings, each as one line.
    pub fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        for line in self.lines() {
            match rows.last_mut() {
                Some(row) if line.starts_with("    ") => *row = format!("{row} {}", line.trim()),
                _ => rows.push(line.to_owned()),
            }
        }
        rows.into_iter().skip(1).collect()
    }
}

impl TestEnvironment {
    pub async fn start() -> Self {
        Self::at(Clock::real()).await
    }

    /// Starts an environment in which Stripe's clock is some days behind, and moves only if the test moves it.
    pub async fn started_days_ago(days: i64) -> Self {
        Self::at(Clock::stopped(Clock::real().now() - days * 86_400)).await
    }

    async fn at(clock: Clock) -> Self {
        let options = StripeOptions { secret_key: Some(KEY.to_owned()), clock, ..StripeOptions::default() };
        let stand_in = StripeStandIn::start(options).await.unwrap();
        let http = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
        let stripe = StripeClient::new(
            http.clone(),
            &Config { base: stand_in.base_url(), key: Secret::new(KEY), deployment: "local".to_owned() },
        )
        .unwrap();
        let database = TestDatabase::new().await;
        let store = Database::new(Settings::parse(&database.url()).unwrap(), None).unwrap();
        Self {
            stand_in,
            stripe,
            firebase: FirebaseStandIn::start(FirebaseOptions::default()).await.unwrap(),
            klaviyo: KlaviyoStandIn::start(KlaviyoOptions::default()).await.unwrap(),
            sqs: QueueServer::start().await,
            store,
            tables: database.connect().await,
            database,
            http,
        }
    }

    /// Calls the program and returns its output.
    pub async fn ops(&self, line: &str) -> Output {
        self.ops_with(&line.split_whitespace().collect::<Vec<_>>()).await
    }

    /// Calls the program with arguments that may contain blanks.
    pub async fn ops_with(&self, arguments: &[&str]) -> Output {
        self.call(arguments, "", &[]).await
    }

    /// Calls the program with a text on its standard input.
    pub async fn ops_from(&self, line: &str, input: &str) -> Output {
        self.call(&line.split_whitespace().collect::<Vec<_>>(), input, &[]).await
    }

    /// Calls the program with a key for Klaviyo.
    pub async fn ops_with_klaviyo(&self, line: &str) -> Output {
        let base = self.klaviyo.base_url();
        let variables = [("KLAVIYO_API_KEY", "pk_test"), ("KLAVIYO_API_BASE", base.as_str())];
        self.ops_given(&line.split_whitespace().collect::<Vec<_>>(), &variables).await
    }

    /// Calls the program with further variables.
    pub async fn ops_given(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        self.call(arguments, "", variables).await
    }

    /// Returns the address of the database.
    pub fn url(&self) -> String {
        self.database.url()
    }

    /// Returns a call of the program that hasn't begun.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ops"));
        command.args(arguments).env_clear().envs([
            ("STAGE", "local"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &self.sqs.base_url()),
            ("KLAVIYO_QUEUE_URL", &self.sqs.queue_url()),
            ("DATABASE_URL", &self.database.url()),
            ("STRIPE_SECRET_KEY", KEY),
            ("STRIPE_API_BASE", &self.stand_in.base_url()),
            ("FIREBASE_PROJECT_ID", "demo-pledge"),
            ("FIREBASE_AUTH_EMULATOR_HOST", &self.firebase.host()),
        ]);
        command
    }

    async fn call(&self, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = command.spawn().unwrap();
        // A program that doesn't read its input may have ended already.
        let _ = program.stdin.take().unwrap().write_all(input.as_bytes()).await;
        let output = program.wait_with_output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Output { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Calls the program and requires that it succeeds.
    pub async fn succeeds(&self, line: &str) -> Output {
        let said = self.ops(line).await;
        assert_eq!(said.status, 0, "ops {line}: {said:?}");
        said
    }

    /// Sends a request to the stand-in of Stripe, as its dashboard or a reader's browser would.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let url = reqwest::Url::parse_with_params("http://form/", form).unwrap();
        let request = self.http.post(format!("{}/v1/{path}", self.stand_in.base_url())).bearer_auth(KEY);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(url.query().unwrap_or_default().to_owned()).send().await.unwrap();
        let (status, body): (_, Value) = (answer.status(), answer.json().await.unwrap());
        assert!(status.is_success(), "{path}: {body}");
        body
    }

    /// Deletes an object at Stripe, as its dashboard would.
    pub async fn delete(&self, path: &str) {
        let request = self.http.delete(format!("{}/v1/{path}", self.stand_in.base_url())).bearer_auth(KEY);
        request.send().await.unwrap().error_for_status().unwrap();
    }

    /// Adds an announcement to the stand-in for Klaviyo, as if the sender had sent it.
    pub async fn klaviyo_has(&self, row: OutboxId, metric: &str) {
        let occurred = "select payload ->> 'occurred_at' from outbox where id = $1";
        let time: String = self.tables.query_one(occurred, &[&row.as_uuid()]).await.unwrap().get(0);
        let attributes = json!({
            "unique_id": row.to_string(),
            "time": time,
            "properties": {},
            "metric": { "data": { "type": "metric", "attributes": { "name": metric } } },
            "profile": { "data": { "type": "profile", "attributes": { "email": "reader@example.com" } } },
        });
        let request = self.http.post(format!("{}/api/events", self.klaviyo.base_url()));
        let request = request.header("authorization", "Klaviyo-API-Key pk_test").header("revision", "2026-07-15");
        let request = request.header("content-type", "application/vnd.api+json");
        let body = json!({ "data": { "type": "event", "attributes": attributes } }).to_string();
        request.body(body).send().await.unwrap().error_for_status().unwrap();
    }

    /// Stores the `n`th preorder without an owner.
    pub async fn preorder(&self, n: u32) -> Preorder {
        self.store.initiate(&a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown)).await.unwrap()
    }

    /// Stores the `n`th preorder with an open session.
    pub async fn preorder_in_checkout(&self, n: u32) -> (Preorder, SessionId) {
        let preorder = self.preorder(n).await;
        let session = self.checkout(&preorder, 1).await;
        (preorder, session)
    }

    /// Opens a session at Stripe for an attempt to pay for a preorder, and stores it.
    pub async fn checkout(&self, preorder: &Preorder, attempt: i32) -> SessionId {
        let form = [("currency", "usd"), ("unit_amount", "29900"), ("product_data[name]", "Red")];
        let price = self.post("prices", &form).await;
        let request = SessionRequest {
            agreed_to: None,
            preorder: preorder.id,
            attempt,
            user: None,
            email: preorder.email.clone(),
            price: PriceId::parse(price["id"].as_str().unwrap()).unwrap(),
            color: preorder.color.clone(),
            locale: preorder.locale,
            success_url: "https://example.com/success".to_owned(),
            cancel_url: "https://example.com/cancel".to_owned(),
            policy: CheckoutPolicy::default(),
        };
        let opened = self.stripe.open_session(&request).await.unwrap();
        let open = OpenSession { id: opened.id.clone(), url: opened.url.unwrap(), expires_at: opened.expires_at };
        let at = t(10 * i64::from(attempt));
        self.store.save_checkout(preorder.id, attempt, Some(&open), &Claims::default(), at).await.unwrap();
        opened.id
    }

    /// Records every event that Stripe has made so far, once.
    pub async fn hear(&self) {
        self.replay_all().await;
    }

    /// Returns the payment of a session.
    pub fn intent_of(&self, session: &SessionId) -> String {
        self.stand_in.object(session.as_str())["payment_intent"].as_str().unwrap().to_owned()
    }

    pub async fn status(&self, preorder: PreorderId) -> String {
        let sql = "select status from preorders where id = $1";
        self.tables.query_one(sql, &[&preorder.as_uuid()]).await.unwrap().get(0)
    }

    /// Returns the only column of the only row.
    pub async fn count(&self, sql: &str) -> i64 {
        self.tables.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Returns the ids of all announcements, oldest first.
    pub async fn outbox_rows(&self) -> Vec<OutboxId> {
        let rows = self.tables.query("select id from outbox order by created_at, key", &[]).await.unwrap();
        rows.iter().map(|row| OutboxId::from_uuid(row.get(0))).collect()
    }

    /// Marks all announcements as sent.
    pub async fn tell_everything(&self) {
        let all: Vec<_> = self.outbox_rows().await.into_iter().map(|row| (row, Delivery::Sent)).collect();
        self.store.settle(&all, t(30)).await.unwrap();
    }

    /// Makes the first price at Stripe one of tier 3 of novel 7. Returns its id.
    pub async fn remember_price(&self) -> String {
        let price = self.stand_in.objects("price")[0]["id"].as_str().unwrap().to_owned();
        let sql = "insert into champion_tier_price (price_id, novel_id, tier_level, amount, currency)
                   values ($1, 7, 3, 500, 'usd') on conflict do nothing";
        self.tables.execute(sql, &[&price]).await.unwrap();
        price
    }

    /// Dates the recording of each payment by the start of its time, as if no payment had been recorded late.
    pub async fn recorded_in_time(&self) {
        let sql = "update user_champion_subscription_record set created_at = start_date";
        self.tables.execute(sql, &[]).await.unwrap();
    }

    /// Waits for the next second: `ops reconcile` can't order what it reads at Stripe within one second.
    pub async fn next_second(&self) {
        let second = || std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let now = second();
        while second() == now {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Returns the day that was some days ago, as the command line takes it.
    pub fn day(&self, days_ago: i64) -> String {
        let day = time::OffsetDateTime::from_unix_timestamp(Clock::real().now() - days_ago * 86_400).unwrap();
        day.date().to_string()
    }

    /// Returns the id of the oldest announcement of a kind.
    pub async fn outbox_row(&self, metric: &str) -> OutboxId {
        let sql = "select id from outbox where metric = $1 order by created_at limit 1";
        OutboxId::from_uuid(self.tables.query_one(sql, &[&metric]).await.unwrap().get(0))
    }

    /// Replays every event of Stripe's that isn't recorded yet.
    pub async fn replay_all(&self) {
        let recorded = self.tables.query("select id from stripe_event", &[]).await.unwrap();
        let recorded: Vec<String> = recorded.iter().map(|row| row.get(0)).collect();
        for event in self.stand_in.events() {
            let id = event["id"].as_str().unwrap();
            if !recorded.iter().any(|known| known == id) {
                self.succeeds(&format!("event replay {id} --apply")).await;
            }
        }
    }

    /// Returns the id of the newest event of a type.
    pub fn event(&self, kind: &str) -> String {
        let events = self.stand_in.events();
        let event = events.iter().rev().find(|event| event["type"] == kind);
        event.unwrap_or_else(|| panic!("no {kind}"))["id"].as_str().unwrap().to_owned()
    }
}
