//! The handler on fakes, and requests to it.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::sync::Arc;

use lambda_http::{Body, Context, RequestExt, Response};
use pledge_application::{find_preorder::FindPreorder, users::Users};
use pledge_domain::champion::moment::DEFAULT_RENEWAL_GRACE;
use pledge_http_api::{
    Routes,
    config::IntakeConfig,
    intake::{IntakePorts, PreorderIntake},
};
use pledge_runtime::{Metrics, Stage, System};
use pledge_testkit::{
    FakeIdentity, FakePublisher, FakeSystem, FakeTokens, InMemoryStore,
    builders::{PRICE, anonymous, signed_in},
    http::HttpEvent,
};
use serde_json::{Value, json};

pub type Handler =
    initiate_preorder::handler::Handler<InMemoryStore, Arc<FakeIdentity>, FakePublisher, FakeTokens, FakeSystem>;

/// The id that Lambda gives each request of these tests.
pub const REQUEST_ID: &str = "request-1";

/// The ID token of the anonymous user `nobody`.
pub const ANONYMOUS_TOKEN: &str = "token-of-nobody";

/// The ID token of the user `former`, who had the reader's address before.
pub const FORMER_TOKEN: &str = "token-of-former";

/// The ID token of the reader `reader`.
pub const TOKEN: &str = "token-of-reader";

pub fn handler() -> Handler {
    let (store, identity) = (InMemoryStore::default(), Arc::new(FakeIdentity::default()));
    let ports = IntakePorts {
        store: store.clone(),
        identity: Arc::clone(&identity),
        queue: FakePublisher::default(),
        verifier: FakeTokens::default()
            .with(TOKEN, signed_in("reader", "reader@example.com"))
            .with(FORMER_TOKEN, signed_in("former", "reader@example.com"))
            .with(ANONYMOUS_TOKEN, anonymous("nobody")),
        system: FakeSystem::default(),
        metrics: Metrics::new(Stage::Local, System, std::io::sink()),
    };
    let catalogue = serde_json::from_value(json!({ "Red": PRICE, "Honey Khaki": "price_honey" })).unwrap();
    let intake = PreorderIntake::new(IntakeConfig::default(), catalogue, ports);
    let find = FindPreorder { store: store.clone() };
    let queue = FakePublisher::default();
    Handler { intake, find, users: Users { store, accounts: identity, queue, renewal_grace: DEFAULT_RENEWAL_GRACE } }
}

/// Sends a request, and checks the response against `docs/openapi.yaml`.
pub async fn send(handler: &Handler, event: HttpEvent) -> Response<Body> {
    let request = pledge_http_api::event::request(&event.to_json()).unwrap();
    let mut context = Context::default();
    context.request_id = REQUEST_ID.to_owned();
    let response = handler.handle(request.with_lambda_context(context)).await;
    pledge_openapi::assert_documented(&event, &response);
    response
}

/// Returns the status and the JSON of an answer.
pub fn read(response: &Response<Body>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// Returns a form that is accepted.
pub fn form() -> Value {
    json!({ "email": "reader@example.com", "color": "Red" })
}

pub fn post(form: &Value) -> HttpEvent {
    HttpEvent::post("/preorders").json(form)
}
