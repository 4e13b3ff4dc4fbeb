//! Events over the API, the key that may read nothing else, and events of other kinds that arrive all the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::Clock;
use pledge_stand_ins::stripe::{StripeOptions, StripeStandIn, WebhookTarget};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use support::receiver::Receiver;
use support::{Api, PATIENCE, answer, text};

const START: i64 = 1_790_812_800;
const DAY: u64 = 24 * 60 * 60;

async fn start(options: StripeOptions) -> (StripeStandIn, Api) {
    let stripe = StripeStandIn::start(StripeOptions { clock: Clock::stopped(START), ..options }).await.unwrap();
    let api = Api::new(stripe.base_url());
    (stripe, api)
}

/// Makes customers, and with them events, a day apart.
async fn customers(stripe: &StripeStandIn, api: &Api, count: usize) {
    for number in 0..count {
        api.make("/v1/customers", &[("email", &format!("jo{number}@example.com"))]).await;
        stripe.advance(Duration::from_secs(DAY));
    }
}

fn emails(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|event| text(event, "/data/object/email")).collect()
}

#[tokio::test]
async fn events_are_listed_newest_first_by_time_and_type_in_pages() {
    let (stripe, api) = start(StripeOptions::default()).await;
    customers(&stripe, &api, 5).await;
    let since = START + 86_400;
    let page = api.read(&format!("/v1/events?created[gte]={since}&types[]=customer.created&types[]=x.y&limit=3")).await;
    assert_eq!(
        (emails(&page), &page["has_more"]),
        (vec!["jo4@example.com", "jo3@example.com", "jo2@example.com"], &json!(true))
    );
    let last = text(&page, "/data/2/id");
    let rest = api
        .read(&format!("/v1/events?created[gte]={since}&types[]=customer.created&limit=3&starting_after={last}"))
        .await;
    assert_eq!((emails(&rest), &rest["has_more"]), (vec!["jo1@example.com"], &json!(false)));
}

#[tokio::test]
async fn at_most_twenty_types_can_be_asked_for() {
    let (_stripe, api) = start(StripeOptions::default()).await;
    let types = |count: usize| (0..count).map(|n| format!("types[]=a.b{n}")).collect::<Vec<_>>().join("&");
    assert_eq!(api.get(&format!("/v1/events?{}", types(20))).await.0, StatusCode::OK);
    let (status, error) = api.get(&format!("/v1/events?{}", types(21))).await;
    assert_eq!((status, text(&error, "/error/param")), (StatusCode::BAD_REQUEST, "types"));
    assert_eq!(api.get("/v1/events?type=a.b&types[]=a.b").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn events_are_shown_for_thirty_days() {
    let (stripe, api) = start(StripeOptions::default()).await;
    customers(&stripe, &api, 1).await;
    let id = text(&stripe.events()[0], "/id").to_owned();
    stripe.advance(Duration::from_secs(29 * DAY));
    assert_eq!(api.read("/v1/events").await["data"].as_array().unwrap().len(), 1);
    stripe.advance(Duration::from_secs(1));
    assert_eq!(api.read("/v1/events").await["data"], json!([]));
    assert_eq!(api.get(&format!("/v1/events/{id}")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn listed_events_have_the_version_of_the_account_and_delivered_ones_that_of_the_endpoint() {
    let receiver = Receiver::start("whsec_a").await;
    let newer =
        WebhookTarget { api_version: Some("2025-03-31.basil".into()), ..WebhookTarget::new(&receiver.url, "whsec_a") };
    let options = StripeOptions { api_version: "2024-06-20".into(), webhooks: vec![newer], ..StripeOptions::default() };
    let (stripe, api) = start(options).await;
    let price = support::price(&api).await;
    let session = api.make("/v1/checkout/sessions", &support::session_params(&price)).await;
    stripe.pay_session(text(&session, "/id"), pledge_stand_ins::stripe::Payment::by_card());
    assert!(stripe.wait_until_idle(PATIENCE).await);
    let listed = api.read("/v1/events?type=payment_intent.succeeded").await;
    let listed = &listed["data"][0];
    assert_eq!(listed["api_version"], "2024-06-20");
    assert!(listed["data"]["object"].get("invoice").is_some(), "an older shape");
    let got = receiver.got();
    let delivered = got.iter().find(|received| received.event["type"] == "payment_intent.succeeded").unwrap();
    assert_eq!(delivered.event["api_version"], "2025-03-31.basil");
    assert_eq!(delivered.event["data"]["object"].get("invoice"), None);
    assert_eq!(delivered.event["id"], listed["id"]);
}

#[tokio::test]
async fn a_restricted_key_reads_events_and_nothing_else() {
    let options = StripeOptions {
        secret_key: Some("sk_test_one".into()),
        events_key: Some("rk_test_events".into()),
        ..StripeOptions::default()
    };
    let (_stripe, api) = start(options).await;
    let ask = async |method: Method, path: &str, key: &str| {
        answer(api.http.request(method, format!("{}{path}", api.base)).bearer_auth(key)).await
    };
    assert_eq!(ask(Method::GET, "/v1/events", "rk_test_events").await.0, StatusCode::OK);
    for (method, path) in
        [(Method::GET, "/v1/customers"), (Method::POST, "/v1/customers"), (Method::GET, "/v1/charges")]
    {
        let (status, error) = ask(method, path, "rk_test_events").await;
        assert_eq!((status, text(&error, "/error/code")), (StatusCode::FORBIDDEN, "more_permissions_required"));
    }
    assert_eq!(ask(Method::GET, "/v1/events", "rk_test_other").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_happens_while_endpoints_are_off_is_never_delivered_but_listed() {
    let receiver = Receiver::start("whsec_a").await;
    let webhooks = vec![WebhookTarget::new(&receiver.url, "whsec_a")];
    let (stripe, api) = start(StripeOptions { webhooks, ..StripeOptions::default() }).await;
    let settings = format!("{}/_control/deliveries/settings", api.base);
    api.http.post(settings).json(&json!({ "disabled": true })).send().await.unwrap();
    assert_eq!(api.read("/v1/webhook_endpoints").await["data"][0]["status"], "disabled");
    customers(&stripe, &api, 1).await;
    stripe.set_endpoints_disabled(false);
    customers(&stripe, &api, 1).await;
    assert!(stripe.wait_until_idle(PATIENCE).await);
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(api.read("/v1/events").await["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn connected_accounts_and_event_destinations_send_to_the_same_address() {
    let receiver = Receiver::start("whsec_a").await;
    let mut target = WebhookTarget::new(&receiver.url, "whsec_a");
    target.enabled_events = vec!["customer.created".into()];
    let (stripe, api) = start(StripeOptions { webhooks: vec![target], ..StripeOptions::default() }).await;
    customers(&stripe, &api, 1).await;
    let own = text(&stripe.events()[0], "/id").to_owned();
    let connected = stripe.tell_for_account(&own, "acct_other").unwrap();
    let ping = stripe.tell_thin("v2.core.event_destination.ping", "ed_test_1");
    let thin = stripe.tell_thin("v1.payment_intent.succeeded", "pi_1");
    assert!(stripe.wait_until_idle(PATIENCE).await);
    let got = receiver.got();
    let of = |id: &str| got.iter().find(|received| received.event["id"] == id).expect("it was delivered");
    assert!(got.iter().all(|received| received.verified));
    assert_eq!((got.len(), &of(&connected).event["account"]), (4, &json!("acct_other")));
    assert_eq!(of(&own).event.get("account"), None);
    assert_eq!((text(&of(&ping).event, "/object"), of(&ping).event.get("data")), ("v2.core.event", None));
    assert_eq!(
        of(&thin).event["related_object"],
        json!({ "id": "pi_1", "type": "payment_intent", "url": "/v1/payment_intents/pi_1" })
    );
    assert_eq!(of(&thin).event["created"], "2026-10-02T00:00:00Z");
}
