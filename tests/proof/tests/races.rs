//! Sends fifty requests at the same moment: one wins, and the others get its result.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may stop a test, and print what they counted"
)]

use std::collections::BTreeSet;

use futures_util::future::join_all;
use pledge_proof::{
    TestEnvironment,
    environment::StartMode,
    journeys::{form, past_due, portal, preorder, repair, sign_in, subscribed, subscription, tier_change, wish_to_pay},
};
use pledge_testkit::{TestDatabase, http::HttpEvent};
use serde_json::{Value, json};

const MANY: usize = 50;

async fn environment(database: &TestDatabase) -> TestEnvironment {
    TestEnvironment::with_connections(database, StartMode::Warm, 20).await
}

/// Sends many requests at the same moment. Returns their answers.
async fn at_once(environment: &TestEnvironment, events: impl IntoIterator<Item = HttpEvent>) -> Vec<(u16, Value)> {
    let events: Vec<_> = events.into_iter().collect();
    join_all(events.iter().map(|event| environment.functions().request(event))).await
}

/// Returns the different values of a field in the answers with this status. Checks that the other answers only ask to try
/// again: 503 of ours, or 502 while Stripe has the key in use.
fn values(answers: &[(u16, Value)], status: u16, field: &str) -> BTreeSet<String> {
    let (good, other): (Vec<_>, Vec<_>) = answers.iter().partition(|(got, _)| *got == status);
    assert!(!good.is_empty(), "{:?}", other.first());
    let passing = [(503, "SERVICE_UNAVAILABLE"), (502, "PAYMENT_PROVIDER_UNAVAILABLE")];
    let is_passing =
        |(status, body): &&(u16, Value)| passing.iter().any(|(it, code)| it == status && body["code"] == *code);
    assert!(other.iter().all(is_passing), "{other:?}");
    good.iter().map(|(_, body)| body[field].as_str().unwrap().to_owned()).collect()
}

fn living(environment: &TestEnvironment) -> usize {
    let over =
        |subscription: &Value| ["canceled", "incomplete_expired"].contains(&subscription["status"].as_str().unwrap());
    environment.stripe.objects("subscription").iter().filter(|subscription| !over(subscription)).count()
}

#[tokio::test]
async fn fifty_subscriptions_at_once_are_one() {
    let database = TestDatabase::new().await;
    let environment = environment(&database).await;
    let answers = at_once(&environment, std::iter::repeat_n(subscription(2), MANY)).await;
    assert_eq!(values(&answers, 201, "subscriptionId").len(), 1);
    assert_eq!(environment.stripe.objects("subscription").len(), 1);
    assert_eq!(environment.count("select count(*) from payment_record").await, 1);
}

#[tokio::test]
async fn fifty_subscriptions_of_five_tiers_at_once_leave_one_alive() {
    let database = TestDatabase::new().await;
    let mut environment = environment(&database).await;
    // A request for another tier ends the attempt that is under way; some requests find theirs ended and have to be
    // repeated.
    at_once(&environment, (0..50).map(|n| subscription(1 + n % 5))).await;
    environment.ask(&subscription(3), 201).await;
    assert_eq!(living(&environment), 1);
    assert_eq!(environment.count("select count(*) from payment_record where status = 'pending'").await, 1);
}

#[tokio::test]
async fn fifty_checkouts_at_once_are_one_session() {
    let database = TestDatabase::new().await;
    let mut environment = environment(&database).await;
    let preorder = preorder(&mut environment, "reader@example.com").await;
    let answers = at_once(&environment, std::iter::repeat_n(wish_to_pay(&preorder), MANY)).await;
    assert_eq!(values(&answers, 200, "sessionId").len(), 1);
    assert_eq!(environment.stripe.objects("checkout.session").len(), 1);
}

#[tokio::test]
async fn fifty_forms_with_one_key_are_one_preorder() {
    let database = TestDatabase::new().await;
    let environment = environment(&database).await;
    let answers = at_once(&environment, std::iter::repeat_n(form("reader@example.com"), MANY)).await;
    assert_eq!(values(&answers, 201, "preorderId").len(), 1);
    assert_eq!(environment.count("select count(*) from preorders").await, 1);
    assert_eq!(environment.count("select count(*) from outbox").await, 1);
    assert_eq!(environment.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn fifty_sign_ins_at_once_are_one_user() {
    let database = TestDatabase::new().await;
    let environment = environment(&database).await;
    let answers = at_once(&environment, std::iter::repeat_n(sign_in(), MANY)).await;
    assert_eq!(values(&answers, 200, "userId").len(), 1);
    assert_eq!(environment.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn a_user_made_by_many_requests_is_one() {
    let database = TestDatabase::new().await;
    let environment = environment(&database).await;
    let forms = (0..MANY).map(|n| {
        let body = json!({ "email": "reader@example.com", "color": "Red", "locale": "en" });
        HttpEvent::post("/preorders").json(&body).header("idempotency-key", &format!("form {n}"))
    });
    let answers = at_once(&environment, forms).await;
    assert_eq!(values(&answers, 201, "preorderId").len(), answers.iter().filter(|(status, _)| *status == 201).count());
    assert_eq!(environment.count("select count(*) from users").await, 1);
    assert_eq!(environment.count("select count(*) from preorders where user_id is null").await, 0);
}

#[tokio::test]
async fn fifty_payments_of_a_refused_renewal_at_once_are_one() {
    let database = TestDatabase::new().await;
    let mut environment = environment(&database).await;
    past_due(&mut environment).await;
    let answers = at_once(&environment, (0..MANY).map(|n| repair(&format!("try {n}")))).await;
    assert_eq!(values(&answers, 200, "status"), BTreeSet::from(["paid".to_owned()]));
    environment.settle().await;
    let paid = environment.stripe.objects("charge").into_iter().filter(|charge| charge["paid"] == true).count();
    assert_eq!(paid, 2, "the first month and the renewal");
    let renewals = "select count(*) from payment_record where kind = 'renewal' and status = 'completed'";
    assert_eq!(environment.count(renewals).await, 1);
}

#[tokio::test]
async fn fifty_changes_of_tier_at_once_end_with_what_the_reader_is_told() {
    let database = TestDatabase::new().await;
    let mut environment = environment(&database).await;
    subscribed(&mut environment).await;
    let answers = at_once(&environment, (0..50).map(|n| tier_change(3 + n % 4))).await;
    assert!(answers.iter().all(|(status, _)| [200, 409, 503].contains(status)), "{answers:?}");
    environment.settle().await;
    // Stripe's events of one second have no order. The next request that asks Stripe stores the present state.
    environment.request(&tier_change(1)).await;
    let subscription = environment.stripe.objects("subscription").remove(0);
    let items = subscription["items"]["data"].as_array().unwrap();
    assert_eq!((items.len(), environment.stripe.objects("invoice").len()), (1, 1), "nothing is due now");
    let price = items[0]["price"]["id"].as_str().unwrap();
    let level = "select tier_level from champion_tier_price where price_id = ";
    let stored = format!("select count(*) from stripe_subscription where tier_level = ({level} '{price}')");
    assert_eq!(environment.count(&stored).await, 1);
}

#[tokio::test]
async fn fifty_portals_at_once_leave_the_card_with_the_customer() {
    let database = TestDatabase::new().await;
    let mut environment = environment(&database).await;
    subscribed(&mut environment).await;
    environment.register_portal().await;
    let card = environment.stripe.objects("subscription")[0]["default_payment_method"].clone();
    let answers = at_once(&environment, std::iter::repeat_n(portal(), MANY)).await;
    assert!(!values(&answers, 200, "url").is_empty());
    let customer = environment.stripe.objects("customer").remove(0);
    assert_eq!(customer["invoice_settings"]["default_payment_method"], card);
    assert_eq!(environment.stripe.objects("subscription")[0]["default_payment_method"], Value::Null);
}
