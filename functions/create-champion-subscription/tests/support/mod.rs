//! The handler on fakes, and requests to it.
#![allow(clippy::unwrap_used, reason = "a test that can't be set up should stop")]
#![allow(dead_code, reason = "each test binary uses its part")]

use lambda_http::{Body, Context, RequestExt, Response};
use pledge_application::{champions::Champions, payers::Payers, site::Site};
use pledge_domain::{
    champion::{invoice_to_pay::BilledInvoice, moment::DEFAULT_RENEWAL_GRACE, renewal::InvoiceStatus},
    ids::{InvoiceId, SubscriptionId},
    limits::AttemptLimits,
    money::{Currency, Money},
    ports::ChampionStore,
    stripe::{BillingReason, SubscriptionStatus},
};
use pledge_http_api::{Routes, app_check::AppCheck};
use pledge_runtime::{Metrics, Stage, System};
use pledge_testkit::{
    Deliver, FakeBilling, FakeIdentity, FakeSystem, FakeTokens, InMemoryStore,
    builders::{champion, invoice, invoice_failed, invoice_paid, metadata, signed_in as reader, tiers},
    http::HttpEvent,
    time::t,
};
use serde_json::{Value, json};

pub type Handler =
    create_champion_subscription::handler::Handler<InMemoryStore, FakeBilling, FakeTokens, FakeIdentity, FakeSystem>;

/// The ID token of the reader `ada`, the only one that is accepted.
pub const TOKEN: &str = "token-of-ada";

pub const SUBSCRIPTION: &str = "/payment/stripe/champion-subscription";
pub const PURCHASE: &str = "/payment/stripe/champion-purchase";
pub const CANCEL: &str = "/payment/stripe/champion-subscription/cancel";
pub const RESUME: &str = "/payment/stripe/champion-subscription/resume";
pub const OWN: &str = "/users/me/champions";
pub const CHANGE: &str = "/payment/stripe/champion-subscription/change";
pub const PAY: &str = "/payment/stripe/champion-subscription/pay";
pub const PORTAL: &str = "/payment/stripe/champion-subscription/portal";

/// Returns the handler, with novel 7 and its tiers.
pub fn handler() -> Handler {
    let store = InMemoryStore::default();
    store.open_novel(tiers());
    Handler {
        champions: Champions {
            store,
            billing: FakeBilling::default(),
            renewal_grace: DEFAULT_RENEWAL_GRACE,
            limits: AttemptLimits::default(),
        },
        site: Site::new(&"https://example.com".parse().unwrap()),
        app_check: AppCheck::Off,
        metrics: Metrics::new(Stage::Local, System, std::io::sink()),
        verifier: FakeTokens::default().with(TOKEN, reader("ada", "ada@example.com")),
        payers: Payers { accounts: FakeIdentity::default(), needs_proven_address: false },
        system: FakeSystem::default(),
    }
}

/// Returns a handler, and a subscription of tier 2 that is paid.
pub async fn subscribed() -> Handler {
    let handler = handler();
    let (status, body) = read(&send(&handler, post(SUBSCRIPTION, &wish(2))).await);
    assert_eq!(status, 201, "{body}");
    let id = SubscriptionId::parse(body["subscriptionId"].as_str().unwrap()).unwrap();
    let key = champion("ada");
    let store = &handler.champions.store;
    handler.champions.billing.set_status(&id, SubscriptionStatus::Active);
    let record = store.account(&key).await.unwrap().payments[0].id;
    let mut fact = invoice("in_1", BillingReason::SubscriptionCreate, Some(metadata(&key, 2, Some(record))), t(0));
    fact.subscription = id;
    store.deliver(&invoice_paid("evt_1", fact), t(0)).await.unwrap();
    handler
}

/// Returns the subscription of [`subscribed`].
pub fn sub_1() -> SubscriptionId {
    SubscriptionId::parse("sub_1").unwrap()
}

/// Gives `sub_1` another newest invoice at Stripe, of 3 dollars.
pub fn latest(handler: &Handler, invoice: &str, status: InvoiceStatus) {
    let (id, due) = (InvoiceId::parse(invoice).unwrap(), Money::new(300, Currency::USD));
    let page = Some("https://invoice.example.com/1".to_owned());
    handler.champions.billing.set_latest(&sub_1(), BilledInvoice { id, status, due, made_at: t(9), page });
}

/// Returns a handler, and a subscription whose renewal was refused.
pub async fn past_due() -> Handler {
    let handler = subscribed().await;
    let mut fact = invoice("in_2", BillingReason::SubscriptionCycle, Some(metadata(&champion("ada"), 2, None)), t(9));
    fact.subscription = sub_1();
    handler.champions.store.deliver(&invoice_failed("evt_2", fact), t(9)).await.unwrap();
    handler.champions.billing.set_status(&sub_1(), SubscriptionStatus::PastDue);
    latest(&handler, "in_2", InvoiceStatus::Open);
    handler
}

/// Returns `{novelId: 7, tierLevel, autoRenew: true}`.
pub fn wish(tier: i64) -> Value {
    json!({ "novelId": 7, "tierLevel": tier, "autoRenew": true })
}

pub fn post(path: &str, body: &Value) -> HttpEvent {
    HttpEvent::post(path).json(body).header("authorization", &format!("Bearer {TOKEN}"))
}

pub fn show(query: &str) -> HttpEvent {
    signed_in(HttpEvent::get(SUBSCRIPTION).query(query))
}

/// Returns the request with the token of `ada`.
pub fn signed_in(event: HttpEvent) -> HttpEvent {
    event.header("authorization", &format!("Bearer {TOKEN}"))
}

/// Sends a request, and checks the response against `docs/openapi.yaml`.
pub async fn send(handler: &Handler, event: HttpEvent) -> Response<Body> {
    let request = pledge_http_api::event::request(&event.to_json()).unwrap();
    let response = handler.handle(request.with_lambda_context(Context::default())).await;
    pledge_openapi::assert_documented(&event, &response);
    response
}

/// Returns the status and the JSON of an answer.
pub fn read(response: &Response<Body>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// Returns the status and the code of a refusal.
pub async fn refusal(handler: &Handler, event: HttpEvent) -> (u16, String) {
    let (status, body) = read(&send(handler, event).await);
    (status, body["code"].as_str().unwrap().to_owned())
}
