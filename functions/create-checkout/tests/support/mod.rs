//! The handler on fakes, and requests to it.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::sync::Arc;

use lambda_http::{Body, Context, RequestExt, Response};
use pledge_application::{
    create_checkout::CreateCheckout, find_preorder::FindPreorder, show_catalogue::ShowCatalogue, site::Site,
};
use pledge_domain::preorder::{Catalogue, CheckoutPolicy, Preorder};
use pledge_http_api::{
    Routes,
    config::IntakeConfig,
    intake::{IntakePorts, PreorderIntake},
};
use pledge_runtime::{Metrics, Stage, System};
use pledge_testkit::{
    FakeGateway, FakeIdentity, FakePublisher, FakeSystem, FakeTokens, InMemoryStore,
    builders::{PRICE, a_preorder, signed_in},
    http::HttpEvent,
};
use serde_json::{Value, json};

pub type Handler = create_checkout::handler::Handler<
    InMemoryStore,
    Arc<FakeIdentity>,
    FakePublisher,
    FakeGateway,
    FakeTokens,
    FakeSystem,
>;

/// The id that Lambda gives each request of these tests.
pub const REQUEST_ID: &str = "request-1";

/// The ID token of the reader `reader`, the only one that is accepted.
pub const TOKEN: &str = "token-of-reader";

pub fn handler() -> Handler {
    with_policy(CheckoutPolicy::default())
}

/// Returns a handler of a shop in which this colour is sold out.
pub fn sold_out(color: &str) -> Handler {
    with_policy(CheckoutPolicy { sold_out: vec![color.to_owned()], ..CheckoutPolicy::default() })
}

fn with_policy(policy: CheckoutPolicy) -> Handler {
    let (store, identity) = (InMemoryStore::default(), Arc::new(FakeIdentity::default()));
    let checkout = CreateCheckout {
        store: store.clone(),
        identity: Arc::clone(&identity),
        gateway: FakeGateway::default(),
        site: Site::new(&"https://example.com".parse().unwrap()),
        policy: policy.clone(),
    };
    let on_sale: Catalogue = serde_json::from_value(json!({ "Red": PRICE, "Honey Khaki": "price_honey" })).unwrap();
    let catalogue = ShowCatalogue::new(FakeGateway::default(), on_sale.clone(), policy);
    let find = FindPreorder { store: store.clone() };
    let ports = IntakePorts {
        store,
        identity,
        queue: FakePublisher::default(),
        verifier: FakeTokens::default().with(TOKEN, signed_in("reader", "reader@example.com")),
        system: FakeSystem::default(),
        metrics: Metrics::new(Stage::Local, System, std::io::sink()),
    };
    let intake = PreorderIntake::new(IntakeConfig::default(), on_sale, ports);
    Handler { intake, find, checkout, catalogue }
}

/// Returns a handler, and a preorder that is stored already.
pub fn with_preorder() -> (Handler, Preorder) {
    let (handler, preorder) = (handler(), a_preorder(1));
    handler.checkout.store.put(preorder.clone());
    (handler, preorder)
}

/// Returns the one preorder that is stored.
pub fn stored(handler: &Handler) -> Preorder {
    let mut preorders = handler.checkout.store.preorders();
    assert_eq!(preorders.len(), 1);
    preorders.remove(0)
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

pub fn post(body: &Value) -> HttpEvent {
    HttpEvent::post("/checkout").json(body)
}

pub fn html_form(body: &str) -> HttpEvent {
    HttpEvent::post("/checkout").header("content-type", "application/x-www-form-urlencoded").body(body)
}

/// Returns a request to pay for this preorder.
pub fn pay_for(preorder: &Preorder) -> HttpEvent {
    post(&json!({ "preorderId": preorder.id }))
}
