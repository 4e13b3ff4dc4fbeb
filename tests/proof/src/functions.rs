//! Composes the five functions as their `main`s do, and calls them as Lambda does.

use std::sync::Arc;

use lambda_http::{Body, Request};
use lambda_runtime::{Context, LambdaEvent};
use pledge_application::{
    champions::Champions,
    clear_out::ClearOut,
    create_checkout::CreateCheckout,
    deliver_events::{DeliverEvents, Retry},
    find_preorder::FindPreorder,
    payers::Payers,
    record_stripe_event::RecordStripeEvent,
    roll_champions::RollChampions,
    show_catalogue::ShowCatalogue,
    site::Site,
    sweep_outbox::{PATIENCE, SweepOutbox},
    users::Users,
};
use pledge_domain::{
    Timestamp,
    champion::moment::DEFAULT_RENEWAL_GRACE,
    limits::AttemptLimits,
    ports::{Clock, Randomness},
    preorder::{Catalogue, CheckoutPolicy},
    retention::Retention,
};
use pledge_firebase::{AccountSource, FirebaseClient};
use pledge_http_api::{
    Response, Routes,
    app_check::AppCheck,
    config::IntakeConfig,
    intake::{IntakePorts, PreorderIntake},
};
use pledge_klaviyo::{KlaviyoClient, List, MetricNames};
use pledge_postgres::{Database, Settings};
use pledge_queue::SqsPublisher;
use pledge_runtime::{
    Environment, Metrics, Secret, Stage, System,
    aws::{self, AwsSettings},
    http,
    secrets::Rotating,
    tls,
};
use pledge_stand_ins::Clock as SharedClock;
use pledge_stripe_api::{Limits, StripeClient};
use pledge_stripe_events::{API_VERSION, Endpoint, Secrets};
use pledge_stripe_http::{EventsConfig, StripeEvents};
use pledge_testkit::{FakeTokens, FakeVault, SeededIds, builders::signed_in, http::HttpEvent};
use rustls::RootCertStore;
use serde_json::Value;
use stripe_webhook::schedule::{Request as ScheduleRequest, Schedule};
use time::Duration;

/// The endpoint's signing secret.
pub const WEBHOOK_SECRET: &str = "whsec_proof";

/// The e-mail address of the reader who is signed in.
pub const READER: &str = "reader@example.com";

/// The uid of the reader who is signed in.
pub const UID: &str = "reader";

/// The ID token of the account that the reader made after [`UID`] was deleted.
pub const RETURNED_TOKEN: &str = "token-of-returned";

/// The list at Klaviyo for everybody who agrees to marketing.
pub const LIST: &str = "List1";

/// The ID token of the reader `reader`.
pub const TOKEN: &str = "token-of-reader";

/// The clock that all parts share, and identifiers that are the same in every run.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The clock that all parts share.
    pub clock: SharedClock,
    /// The source of identifiers.
    pub ids: Arc<SeededIds>,
}

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::seconds(self.clock.now())
    }
}

impl Randomness for Machine {
    fn uuid(&self) -> uuid::Uuid {
        self.ids.uuid()
    }
}

/// The addresses of the systems that the functions use, and what the shop configures.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The URL of PostgreSQL.
    pub postgres: String,
    /// The base URL of Stripe's API.
    pub stripe: String,
    /// The base URL of Klaviyo's API.
    pub klaviyo: String,
    /// The `host:port` of Firebase.
    pub firebase: String,
    /// The base URL of SQS.
    pub sqs: String,
    /// The URL of the queue.
    pub queue: String,
    /// The products, by Stripe's prices.
    pub catalogue: Catalogue,
    /// What the shop decides about its checkout.
    pub policy: CheckoutPolicy,
}

/// The functions in one process.
pub struct Functions {
    /// Answers `POST /preorders`.
    pub initiate: initiate_preorder::handler::Handler<Database, Arc<FirebaseClient>, SqsPublisher, FakeTokens, Machine>,
    /// Answers `POST /checkout`.
    pub checkout: create_checkout::handler::Handler<
        Database,
        Arc<FirebaseClient>,
        SqsPublisher,
        StripeClient,
        FakeTokens,
        Machine,
    >,
    /// Answers `/payment/stripe/…`.
    pub champion: create_champion_subscription::handler::Handler<
        Database,
        StripeClient,
        FakeTokens,
        Arc<FirebaseClient>,
        Machine,
    >,
    /// Answers `POST /webhooks/stripe`.
    pub webhook: stripe_webhook::handler::Handler<Database, SqsPublisher, Machine>,
    /// Runs when the webhook's schedule invokes it.
    pub catch_up: Schedule<StripeEvents<FakeVault>>,
    /// Takes batches and the sender's schedule.
    pub sender: klaviyo_sender::handler::Handler<Database, SqsPublisher, KlaviyoClient, Machine>,
}

impl Functions {
    /// Starts the functions as a new process has them, without any open connection.
    #[must_use]
    pub fn start(addresses: &Addresses, machine: &Machine, connections: usize) -> Self {
        let http = http::client(tls::client_config(RootCertStore::empty()).unwrap()).unwrap();
        let settings = Settings::parse(&addresses.postgres)
            .unwrap()
            .with_connections(connections)
            .preparing(pledge_postgres::prepared::ALL);
        let store = Database::new(settings, None).unwrap();
        let source = AccountSource::Emulator {
            project: "demo-pledge".to_owned(),
            host: addresses.firebase.clone(),
            proof: Stage::Local.local_only().unwrap(),
        };
        let identity = Arc::new(FirebaseClient::new(http.clone(), source, Arc::new(machine.clone())));
        let stripe = StripeClient::new(
            http.clone(),
            &pledge_stripe_api::Config {
                base: addresses.stripe.clone(),
                key: Secret::new("sk_test_proof"),
                deployment: "local".to_owned(),
            },
        )
        .unwrap();
        let stripe = stripe.with_limits(Limits { first_pause: PAUSE, ..Limits::default() });
        let variables =
            [("STAGE", "local"), ("STRIPE_API_BASE", &addresses.stripe), ("STRIPE_EVENTS_KEY", "rk_test_proof")];
        let events = Environment::from_iter(variables).configure(EventsConfig::parse).unwrap();
        let events = events.map(|config| StripeEvents::new(http.clone(), config, FakeVault::default()));
        let klaviyo = pledge_klaviyo::Config {
            base: addresses.klaviyo.clone(),
            key: Secret::new("pk_proof"),
            metric_names: MetricNames::default(),
            list: Some(List { id: LIST.to_owned(), double_opt_in: false }),
        };
        let klaviyo = KlaviyoClient::new(http.clone(), klaviyo).unwrap();
        let sqs = AwsSettings {
            region: "us-east-1".to_owned(),
            access_key_id: "test".to_owned(),
            secret_access_key: Secret::new("test"),
            session_token: None,
            endpoint_url: Some(addresses.sqs.clone()),
        };
        let queue = SqsPublisher::new(&aws::sdk_config(&sqs, http), &addresses.queue);
        let metrics = || Metrics::new(Stage::Local, System, std::io::sink());
        let tokens = || {
            FakeTokens::default()
                .with(TOKEN, signed_in(UID, READER))
                .with(RETURNED_TOKEN, signed_in("returned", READER))
        };
        let ports = || IntakePorts {
            store: store.clone(),
            identity: Arc::clone(&identity),
            queue: queue.clone(),
            verifier: tokens(),
            system: machine.clone(),
            metrics: metrics(),
        };
        let intake = || PreorderIntake::new(IntakeConfig::default(), addresses.catalogue.clone(), ports());
        let find = || FindPreorder { store: store.clone() };
        let users = || Users {
            store: store.clone(),
            accounts: Arc::clone(&identity),
            queue: queue.clone(),
            renewal_grace: DEFAULT_RENEWAL_GRACE,
        };
        Self {
            initiate: initiate_preorder::handler::Handler { intake: intake(), find: find(), users: users() },
            checkout: create_checkout::handler::Handler {
                checkout: CreateCheckout {
                    store: store.clone(),
                    identity: Arc::clone(&identity),
                    gateway: stripe.clone(),
                    site: Site::new(&"https://example.com".parse().unwrap()),
                    policy: addresses.policy.clone(),
                },
                catalogue: ShowCatalogue::new(stripe.clone(), addresses.catalogue.clone(), addresses.policy.clone()),
                intake: intake(),
                find: find(),
            },
            champion: create_champion_subscription::handler::Handler {
                champions: Champions {
                    store: store.clone(),
                    billing: stripe,
                    renewal_grace: DEFAULT_RENEWAL_GRACE,
                    limits: AttemptLimits::default(),
                },
                site: Site::new(&"https://example.com".parse().unwrap()),
                app_check: AppCheck::Off,
                verifier: tokens(),
                payers: Payers { accounts: Arc::clone(&identity), needs_proven_address: false },
                system: machine.clone(),
                metrics: metrics(),
            },
            webhook: stripe_webhook::handler::Handler {
                record: RecordStripeEvent {
                    store: store.clone(),
                    queue: queue.clone(),
                    livemode: false,
                    deployment: "local".to_owned(),
                    renewal_grace: DEFAULT_RENEWAL_GRACE,
                },
                endpoint: Endpoint {
                    secrets: Rotating::new(&Secret::new(WEBHOOK_SECRET), Secrets::parse).unwrap(),
                    api_version: API_VERSION.to_owned(),
                },
                system: machine.clone(),
                metrics: metrics(),
            },
            catch_up: Schedule::new(events),
            sender: klaviyo_sender::handler::Handler {
                deliver: DeliverEvents {
                    store: store.clone(),
                    klaviyo,
                    site: None,
                    retry: Retry { backoff: PAUSE, ..Retry::default() },
                },
                sweep: SweepOutbox { store: store.clone(), queue: queue.clone(), patience: PATIENCE },
                clear_out: ClearOut { store: store.clone(), retention: Retention::default() },
                roll: RollChampions { store, queue, renewal_grace: DEFAULT_RENEWAL_GRACE },
                system: machine.clone(),
                metrics: metrics(),
            },
        }
    }

    /// Hands a request to the function that API Gateway would choose. Returns the status and the JSON body of its answer.
    pub async fn request(&self, event: &HttpEvent) -> (u16, Value) {
        let request: Request = pledge_http_api::event::request(&event.to_json()).unwrap();
        // On the heap: without optimization, each caller through which one of these futures moves takes its size of the
        // stack.
        let response = match request.uri().path() {
            path if path.ends_with("/checkout") || path.ends_with("/catalogue") => {
                Box::pin(self.checkout.handle(request)).await
            }
            path if path.contains("/webhooks/") => Box::pin(self.webhook.handle(request)).await,
            path if path.contains("/payment/") || path.ends_with("/champions") => {
                Box::pin(self.champion.handle(request)).await
            }
            _ => Box::pin(self.initiate.handle(request)).await,
        };
        read(&response)
    }

    /// Invokes the webhook as its schedule does. Returns whether all events that Stripe lists are recorded.
    pub async fn catch_up(&self) -> bool {
        self.catch_up
            .run(&self.webhook, &ScheduleRequest::default())
            .await
            .is_ok_and(|report| report.catch_up == "complete")
    }

    /// Invokes the sender. Returns its answer; none if the invocation failed.
    pub async fn invoke_sender(&self, payload: Value) -> Option<Value> {
        self.sender.handle(LambdaEvent::new(payload, Context::default())).await.ok()
    }
}

/// The pauses between attempts, far shorter than in production.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(1);

fn read(response: &Response<Body>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}
