//! The handler on fakes, and deliveries to it.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]
#![allow(dead_code, reason = "each test binary uses its part")]

use lambda_http::{Body, Response};
use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_domain::{champion::moment::DEFAULT_RENEWAL_GRACE, decide::Outcome, ids::EventId, preorder::Preorder};
use pledge_http_api::Routes;
use pledge_runtime::{Metrics, Secret, Stage, System, secrets::Rotating};
use pledge_stripe_events::{API_VERSION, Endpoint, Secrets, sign};
use pledge_testkit::{
    FakePublisher, FixedClock, InMemoryStore,
    builders::{a_preorder, intent_of, session_of},
    http::HttpEvent,
    time::t,
};
use serde_json::{Value, json};

pub type Handler = stripe_webhook::handler::Handler<InMemoryStore, FakePublisher, FixedClock>;

pub const OLD: &str = "whsec_old";
pub const NEW: &str = "whsec_new";

/// The largest body, in bytes.
pub const LIMIT: usize = 1024 * 1024;

/// Returns the handler of a test stage with one preorder, at [`t`]`(0)`, while its signing secret is rotated.
pub fn handler() -> (Handler, Preorder) {
    let (store, preorder) = (InMemoryStore::default(), a_preorder(1));
    store.put(preorder.clone());
    let handler = Handler {
        record: RecordStripeEvent {
            store,
            queue: FakePublisher::default(),
            livemode: false,
            deployment: "local".to_owned(),
            renewal_grace: DEFAULT_RENEWAL_GRACE,
        },
        endpoint: Endpoint {
            secrets: Rotating::new(&Secret::new(format!("{OLD},{NEW}")), Secrets::parse).unwrap(),
            api_version: API_VERSION.to_owned(),
        },
        system: FixedClock::default(),
        metrics: Metrics::new(Stage::Local, System, std::io::sink()),
    };
    (handler, preorder)
}

/// Returns the event that the preorder is paid, as Stripe writes it: indented, and with more fields than anybody reads.
pub fn paid(preorder: &Preorder) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": API_VERSION, "created": t(0).unix_timestamp(),
        "livemode": false, "pending_webhooks": 1, "type": "checkout.session.completed",
        "data": { "object": {
            "id": session_of(preorder), "object": "checkout.session", "mode": "payment", "payment_status": "paid",
            "payment_intent": intent_of(preorder), "amount_total": 29900, "currency": "usd",
            "metadata": { "preorderId": preorder.id, "checkoutAttempt": "1" },
            "customer_details": { "email": "reader-1@example.com", "name": "山田 花子" },
        } },
    })
}

pub fn bytes(event: &Value) -> String {
    serde_json::to_string_pretty(event).unwrap()
}

pub fn delivery(body: &str, signature: &str) -> HttpEvent {
    HttpEvent::post("/webhooks/stripe").header("Stripe-Signature", signature).body(body)
}

/// Returns a delivery that was signed just now.
pub fn signed(event: &Value) -> HttpEvent {
    let body = bytes(event);
    delivery(&body, &sign(body.as_bytes(), NEW, t(0)))
}

/// Sends a request, and holds the response to `docs/openapi.yaml`.
pub async fn send(handler: &Handler, event: HttpEvent) -> Response<Body> {
    let response = handler.handle(pledge_http_api::event::request(&event.to_json()).unwrap()).await;
    pledge_openapi::assert_documented(&event, &response);
    response
}

/// Returns the status and the JSON of the answer.
pub async fn answer(handler: &Handler, event: HttpEvent) -> (u16, Value) {
    let response = send(handler, event).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

pub fn received(outcome: &str) -> (u16, Value) {
    (200, json!({ "received": true, "outcome": outcome }))
}

pub fn outcome(handler: &Handler) -> Option<Outcome> {
    handler.record.store.outcome(&EventId::parse("evt_1").unwrap())
}

pub fn assert_nothing_happened(handler: &Handler, preorder: &Preorder) {
    assert_eq!(handler.record.store.preorders(), std::slice::from_ref(preorder));
    assert!(handler.record.store.outbox().is_empty());
    assert_eq!(outcome(handler), None);
    assert!(handler.record.queue.messages().is_empty());
}
