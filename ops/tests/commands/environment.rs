//! Everything that the program talks to.

use std::process::Stdio;

use pledge_domain::{
    account::Claims,
    ids::{OutboxId, PreorderId, PriceId, SessionId},
    ports::{CheckoutGateway, PreorderStore, SessionRequest},
    preorder::{CheckoutPolicy, Preorder, checkout::OpenSession},
    user::Owner,
};
use pledge_faults::QueueServer;
use pledge_postgres::{Database, Settings};
use pledge_runtime::{Secret, http, tls};
use pledge_stand_ins::{FirebaseOptions, FirebaseStandIn, StripeOptions, StripeStandIn};
use pledge_stripe_api::{Config, StripeClient};
use pledge_testkit::{TestDatabase, builders::a_new_preorder, time::t};
use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};
use tokio_postgres::Client;

/// The key that Stripe knows.
pub const KEY: &str = "sk_test_of_the_tests";

pub struct TestEnvironment {
    pub stand_in: StripeStandIn,
    pub stripe: StripeClient,
    pub firebase: FirebaseStandIn,
    pub sqs: QueueServer,
    pub store: Database,
    pub tables: Client,
    database: TestDatabase,
    http: reqwest::Client,
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// What it says on standard output, without the blanks that make columns.
    pub fn words(&self) -> String {
        self.out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The lines on standard output.
    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }

    /// The rows of the table on standard output, each as one line, without the headings.
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
        let options = StripeOptions { secret_key: Some(KEY.to_owned()), ..StripeOptions::default() };
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
            sqs: QueueServer::start().await,
            store,
            tables: database.connect().await,
            database,
            http,
        }
    }

    /// Calls the program and waits for its end.
    pub async fn ops(&self, line: &str) -> Said {
        self.ops_with(&line.split_whitespace().collect::<Vec<_>>()).await
    }

    /// Calls the program with arguments that may have spaces.
    pub async fn ops_with(&self, arguments: &[&str]) -> Said {
        self.call(arguments, "").await
    }

    /// Calls the program with a text on standard input.
    pub async fn ops_from(&self, line: &str, input: &str) -> Said {
        self.call(&line.split_whitespace().collect::<Vec<_>>(), input).await
    }

    /// The address of the database.
    pub fn url(&self) -> String {
        self.database.url()
    }

    async fn call(&self, arguments: &[&str], input: &str) -> Said {
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
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = command.spawn().unwrap();
        // A program that doesn't read its input may be over by now.
        let _ = program.stdin.take().unwrap().write_all(input.as_bytes()).await;
        let output = program.wait_with_output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Calls the program, which must succeed.
    pub async fn succeeds(&self, line: &str) -> Said {
        let said = self.ops(line).await;
        assert_eq!(said.status, 0, "ops {line}: {said:?}");
        said
    }

    /// What Stripe's dashboard and a reader's browser would do.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let url = reqwest::Url::parse_with_params("http://form/", form).unwrap();
        let request = self.http.post(format!("{}/v1/{path}", self.stand_in.base_url())).bearer_auth(KEY);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(url.query().unwrap_or_default().to_owned()).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    /// The `n`th preorder, without an owner.
    pub async fn preorder(&self, n: u32) -> Preorder {
        self.store.initiate(&a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown)).await.unwrap()
    }

    /// The `n`th preorder with an open session, of which the database knows.
    pub async fn preorder_in_checkout(&self, n: u32) -> (Preorder, SessionId) {
        let preorder = self.preorder(n).await;
        let session = self.checkout(&preorder, 1).await;
        (preorder, session)
    }

    /// A session for this attempt to pay for a preorder, of which the database knows.
    pub async fn checkout(&self, preorder: &Preorder, attempt: i32) -> SessionId {
        let form = [("currency", "usd"), ("unit_amount", "29900"), ("product_data[name]", "Red")];
        let price = self.post("prices", &form).await;
        let request = SessionRequest {
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
        self.store.save_checkout(preorder.id, attempt, Some(&open), &Claims::default(), t(10)).await.unwrap();
        opened.id
    }

    /// Delivers every event that Stripe has made so far, once.
    pub async fn hear(&self) {
        for event in self.stand_in.events() {
            self.succeeds(&format!("event replay {} --apply", event["id"].as_str().unwrap())).await;
        }
    }

    pub async fn status(&self, preorder: PreorderId) -> String {
        let sql = "select status from preorders where id = $1";
        self.tables.query_one(sql, &[&preorder.as_uuid()]).await.unwrap().get(0)
    }

    /// The only column of the only row.
    pub async fn count(&self, sql: &str) -> i64 {
        self.tables.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// The id of an announcement of this kind.
    pub async fn outbox_row(&self, metric: &str) -> OutboxId {
        let sql = "select id from outbox where metric = $1 order by created_at limit 1";
        OutboxId::from_uuid(self.tables.query_one(sql, &[&metric]).await.unwrap().get(0))
    }

    /// Brings every event of Stripe's that isn't recorded yet.
    pub async fn replay_all(&self) {
        for event in self.stand_in.events() {
            self.succeeds(&format!("event replay {} --apply", event["id"].as_str().unwrap())).await;
        }
    }

    /// The id of the newest event of this kind.
    pub fn event(&self, kind: &str) -> String {
        let events = self.stand_in.events();
        let event = events.iter().rev().find(|event| event["type"] == kind);
        event.unwrap_or_else(|| panic!("no {kind}"))["id"].as_str().unwrap().to_owned()
    }
}
