//! Stripe's events in every order, repeatedly, and on several connections at once. The final state is always the
//! reference model's.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may stop a test, and print what they counted"
)]

use futures_util::{StreamExt, stream};
use pledge_proof::{
    TestEnvironment,
    environment::StartMode,
    final_state::FinalState,
    functions::READER,
    journeys::{preorder, purchase, subscription, wish_to_pay},
    random::{SeededRandom, permutation},
    reference_model, settings,
};
use pledge_stand_ins::stripe::{NewRefund, Payment, PaymentChoice, RefundStatus};
use pledge_testkit::TestDatabase;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const DAY: u64 = 24 * 60 * 60;

/// The number of concurrent deliveries.
const CONNECTIONS: usize = 8;

/// How many orders of a short history `make test` tries, spread over all of them. `make proof` tries all.
const AT_MOST: usize = 30;

/// Delivers the events, some at once, each until the webhook accepts it.
async fn deliver(environment: &TestEnvironment, events: &[Value], at_once: usize) {
    stream::iter(events)
        .for_each_concurrent(at_once, |event| async move {
            for _ in 0..10 {
                // A delivery that waits too long for a lock is answered 503, and Stripe repeats it.
                if environment.functions().request(&environment.delivery(event)).await.0 == 200 {
                    return;
                }
            }
            panic!("never taken: {event}");
        })
        .await;
}

/// Checks that the tables agree with the reference model.
async fn assert_as_expected(environment: &TestEnvironment, events: &[Value], what: &str) {
    for (id, expected) in reference_model::preorders(events) {
        let sql = "select status, refunded_amount from preorders where id::text = $1";
        let row = environment.tables.query_one(sql, &[&id]).await.unwrap();
        assert_eq!(
            (row.get::<_, String>(0), row.get::<_, i64>(1)),
            (expected.status, expected.refunded),
            "{what}: {id}"
        );
        let sql =
            "select metric, count(*) from outbox where key like '%:' || $1 || '%' and metric <> 'preorder_started'
            group by metric";
        let rows = environment.tables.query(sql, &[&id]).await.unwrap();
        let found: BTreeMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        assert_eq!(found, expected.announcements, "{what}: {id}");
    }
    let expected = reference_model::support(events);
    let sql =
        "select tier_level::bigint, extract(epoch from min(start_at))::bigint, extract(epoch from tier_until)::bigint
        from champion_segment group by tier_level, tier_until order by 2";
    let rows = environment.tables.query(sql, &[]).await.unwrap();
    let found: Vec<(i64, i64, i64)> = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    assert_eq!(found, expected.stretches, "{what}: access");
    let sql = "select count(*) from user_champion_subscription_record where payment_status = 'completed'";
    assert_eq!(usize::try_from(environment.count(sql).await).unwrap(), expected.grants, "{what}: grants");
    let ids: Vec<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    let sql = "select count(*) from stripe_event where id = any($1)";
    let recorded: i64 = environment.tables.query_one(sql, &[&ids]).await.unwrap().get(0);
    assert_eq!(usize::try_from(recorded).unwrap(), events.len(), "{what}: each event is recorded");
}

/// The types of events about one payment and the sum of its refunds.
const OF_PAYMENTS: [&str; 9] = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "payment_intent.succeeded",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "charge.refunded",
];

/// Returns the types of events about each refund and each dispute of a payment, after the event about the payment itself.
const fn one_by_one(payment: &str) -> [&str; 5] {
    [payment, "refund.created", "refund.failed", "charge.dispute.created", "charge.dispute.closed"]
}

/// Delivers the events of these types in every order. Other events change nothing in any order.
async fn every_order(environment: &mut TestEnvironment, of_interest: &[&str], what: &str) {
    let mut events = environment.undelivered();
    events.retain(|event| of_interest.contains(&event["type"].as_str().unwrap()));
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!((4..=7).contains(&events.len()), "{what}: {kinds:?}");
    environment.save_tables().await;
    let mut orders = 0;
    let all: usize = (1..=events.len()).product();
    let stride = if settings::whole() { 1 } else { all.div_ceil(AT_MOST) };
    while let Some(order) = permutation(&events, orders * stride) {
        deliver(environment, &order, 1).await;
        // Then all of them once more.
        deliver(environment, &order, 1).await;
        assert_as_expected(environment, &events, &format!("{what}, order {}", orders * stride)).await;
        environment.restore_tables().await;
        orders += 1;
    }
    println!("{what}: {orders} orders of {} events, each twice ({})", events.len(), kinds.join(", "));
}

async fn opened(environment: &mut TestEnvironment, email: &str) -> String {
    let preorder = preorder(environment, email).await;
    environment.ask(&wish_to_pay(&preorder), 200).await["sessionId"].as_str().unwrap().to_owned()
}

fn refund_everything(environment: &TestEnvironment, amount: Option<i64>) {
    for intent in environment.stripe.objects("payment_intent") {
        if intent["status"] == "succeeded" {
            environment.stripe.refund(intent["id"].as_str().unwrap(), amount).unwrap();
        }
    }
}

#[tokio::test]
async fn a_refunded_preorder_ends_the_same_in_every_order_of_its_events() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let session = opened(&mut environment, READER).await;
    environment.settle().await;
    environment.stripe.pay_session(&session, Payment::default());
    refund_everything(&environment, Some(100));
    refund_everything(&environment, None);
    every_order(&mut environment, &OF_PAYMENTS, "a refunded preorder").await;
}

#[tokio::test]
async fn a_preorder_paid_days_later_ends_the_same_in_every_order_of_its_events() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let session = opened(&mut environment, READER).await;
    environment.settle().await;
    environment.stripe.pay_session(&session, Payment { method: PaymentChoice::BankDebit, ..Payment::default() });
    environment.stripe.settle_session(&session, true).unwrap();
    // Two refunds that aren't all of it: adding up sums that Stripe has added up already would show.
    refund_everything(&environment, Some(100));
    refund_everything(&environment, Some(200));
    every_order(&mut environment, &OF_PAYMENTS, "a preorder that is paid days later").await;
}

/// A page expires, its link is followed twice, a bank debit is on its way in the first copy, and the second one expires.
async fn paid_later_in_a_recovered_session(settled: bool, last: &[&str], what: &str) {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    environment.recover_expired_sessions();
    let session = opened(&mut environment, READER).await;
    environment.settle().await;
    environment.save_tables().await;
    environment.advance(Duration::from_secs(2 * DAY));
    let copy = environment.recover(&session).await;
    environment.stripe.pay_session(&copy, Payment { method: PaymentChoice::BankDebit, ..Payment::default() });
    environment.advance(Duration::from_secs(60));
    environment.recover(&session).await;
    environment.advance(Duration::from_secs(2 * DAY));
    // With all that, nobody is offered another page.
    environment.settle().await;
    let preorder = environment.stripe.object(&session)["client_reference_id"].as_str().unwrap().to_owned();
    assert_eq!(environment.ask(&wish_to_pay(&preorder), 409).await["code"], "PAYMENT_PENDING");
    environment.restore_tables().await;
    environment.stripe.settle_session(&copy, settled).unwrap();
    let of_interest = [&["checkout.session.expired", "checkout.session.completed"], last].concat();
    every_order(&mut environment, &of_interest, what).await;
}

#[tokio::test]
async fn a_preorder_paid_days_later_in_a_recovered_session_ends_the_same_in_every_order_of_its_events() {
    let last = ["checkout.session.async_payment_succeeded"];
    paid_later_in_a_recovered_session(true, &last, "a preorder that is paid days later in a recovered session").await;
}

#[tokio::test]
async fn a_preorder_whose_payment_fails_in_a_recovered_session_ends_the_same_in_every_order_of_its_events() {
    let last = ["checkout.session.async_payment_failed", "payment_intent.payment_failed"];
    paid_later_in_a_recovered_session(false, &last, "a preorder whose payment fails in a recovered session").await;
}

#[tokio::test]
async fn a_subscription_and_its_refund_end_the_same_in_every_order_of_their_events() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let answer = environment.ask(&subscription(2), 201).await;
    environment.settle().await;
    environment.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa").await;
    refund_everything(&environment, None);
    every_order(&mut environment, &OF_PAYMENTS, "a subscription and its refund").await;
}

/// Refunds everything, which fails a day later, and opens a dispute that is won after another day, and one that is lost.
fn refund_and_dispute(environment: &TestEnvironment, intent: &str) {
    let day = Duration::from_secs(DAY);
    let pending = NewRefund { amount: None, status: Some(RefundStatus::Pending) };
    let refund = environment.stripe.refund_as(intent, pending).unwrap();
    environment.advance(day);
    environment.stripe.set_refund(&refund, RefundStatus::Failed, None).unwrap();
    for won in [true, false] {
        environment.advance(day);
        let dispute = environment.stripe.dispute(intent, "fraudulent").unwrap();
        environment.advance(day);
        environment.stripe.close_dispute(&dispute, won).unwrap();
    }
}

fn only_intent(environment: &TestEnvironment) -> String {
    let intents = environment.stripe.objects("payment_intent");
    let [intent] = intents.as_slice() else { panic!("{intents:?}") };
    intent["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_preorder_with_a_failed_refund_and_two_disputes_ends_the_same_in_every_order_of_its_events() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let session = opened(&mut environment, READER).await;
    environment.settle().await;
    environment.stripe.pay_session(&session, Payment::default());
    refund_and_dispute(&environment, &only_intent(&environment));
    every_order(
        &mut environment,
        &one_by_one("checkout.session.completed"),
        "a preorder that is refunded and disputed",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_with_a_failed_refund_and_two_disputes_ends_the_same_in_every_order_of_its_events() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let wish = purchase(3);
    let answer = environment.ask(&wish, 201).await;
    environment.settle().await;
    environment.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa").await;
    environment.advance(Duration::from_secs(5 * DAY));
    refund_and_dispute(&environment, &only_intent(&environment));
    every_order(&mut environment, &one_by_one("payment_intent.succeeded"), "a purchase that is refunded and disputed")
        .await;
}

/// A failure is followed by a success, and an expired session by a paid one. Whatever arrives when, and however soon it
/// is sent, the same announcements are recorded, and those that are sent differ by superseded ones alone.
#[tokio::test]
async fn what_is_sent_differs_by_superseded_announcements_alone() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let preorder = preorder(&mut environment, READER).await;
    environment.ask(&wish_to_pay(&preorder), 200).await;
    let bought = environment.ask(&purchase(3), 201).await;
    environment.settle().await;
    let secret = bought["clientSecret"].as_str().unwrap();
    let intent = secret.split("_secret_").next().unwrap();
    environment.try_to_confirm(secret, "pm_card_visa_chargeDeclined").await;
    environment.confirm(secret, "pm_card_visa").await;
    environment.advance(Duration::from_secs(2 * DAY));
    let session = environment.ask(&wish_to_pay(&preorder), 200).await["sessionId"].as_str().unwrap().to_owned();
    environment.stripe.pay_session(&session, Payment::default());
    let mut events = environment.undelivered();
    let of_interest = [
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "checkout.session.expired",
        "checkout.session.completed",
    ];
    events.retain(|event| of_interest.contains(&event["type"].as_str().unwrap()));
    // The session's event tells the preorder's payment.
    events.retain(|event| event["type"] != "payment_intent.succeeded" || event["data"]["object"]["id"] == *intent);
    assert_eq!(events.len(), 4);
    environment.save_tables().await;
    environment.restore_tables().await;

    let (mut first, mut sent) = (None, BTreeSet::new());
    let stride = if settings::whole() { 1 } else { 5 };
    for order in (0..24).step_by(stride) {
        let order = permutation(&events, order).unwrap();
        for sent_at_once in [true, false] {
            for event in &order {
                deliver(&environment, std::slice::from_ref(event), 1).await;
                if sent_at_once {
                    environment.deliver_messages().await;
                }
            }
            environment.deliver_messages().await;
            let end = FinalState::of(&environment.tables, &environment.klaviyo).await;
            let first = first.get_or_insert_with(|| end.clone());
            assert_eq!(first.difference(&end), "");
            let superseded = environment.count("select count(*) from outbox where superseded_at is not null").await;
            let perishable = usize::try_from(superseded).unwrap() + end.perishable.len();
            assert_eq!(perishable, 2, "each of the two is sent or superseded");
            assert!(sent_at_once || end.perishable.is_empty(), "by then nothing of it is true");
            sent.insert(end.perishable.len());
            environment.restore_tables().await;
        }
    }
    // A buyer who opened another session hasn't abandoned the first one.
    assert_eq!(Vec::from_iter(sent), [0, 1], "the failure is told if nothing else is known yet");
}

/// The histories have many readers. Their events are shuffled, repeated and delivered on several connections.
#[tokio::test]
async fn long_histories_end_the_same_in_any_order_and_with_repetitions() {
    let database = TestDatabase::new().await;
    let rounds = if settings::whole() { 150 } else { 6 };
    let mut deliveries = 0;
    for world_seed in 0..3 {
        let mut environment = TestEnvironment::with_connections(&database, StartMode::Warm, CONNECTIONS).await;
        history(&mut environment, &mut SeededRandom(world_seed)).await;
        let events = environment.stripe.events();
        for seed in 0..rounds / 3 {
            let mut random = SeededRandom(1000 + seed);
            let mut order: Vec<_> = events.iter().chain(&events).cloned().collect();
            order.extend((0..events.len() / 2).map(|_| events[random.below(events.len())].clone()));
            random.shuffle(&mut order);
            deliver(&environment, &order, CONNECTIONS).await;
            deliveries += order.len();
            assert_as_expected(&environment, &events, &format!("history {world_seed}, order {seed}")).await;
            environment.restore_tables().await;
        }
    }
    println!("{rounds} long histories, {deliveries} deliveries on {CONNECTIONS} connections");
}

/// Makes a random history of six preorders and one champion, without delivering any of it.
async fn history(environment: &mut TestEnvironment, random: &mut SeededRandom) {
    // Stripe accepts these two in either order.
    for wish in [subscription(2), purchase(3)] {
        let answer = environment.ask(&wish, 201).await;
        environment.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa").await;
        environment.advance(Duration::from_secs(random.below(20) as u64 * DAY));
    }
    let mut sessions = Vec::new();
    for n in 0..6 {
        sessions.push(opened(environment, &format!("reader-{n}@example.com")).await);
    }
    environment.save_tables().await;
    for session in &sessions {
        let method = [PaymentChoice::Card, PaymentChoice::BankDebit, PaymentChoice::DeclinedCard][random.below(3)];
        environment.stripe.pay_session(session, Payment { method, ..Payment::default() });
    }
    for session in &sessions {
        if random.below(2) == 0 {
            // Sessions that don't wait for a payment refuse this.
            _ = environment.stripe.settle_session(session, true);
        }
    }
    environment.advance(Duration::from_secs(40 * DAY));
    for intent in environment.stripe.objects("payment_intent") {
        let id = intent["id"].as_str().unwrap();
        if intent["status"] != "succeeded" {
            continue;
        }
        match random.below(8) {
            0 => _ = environment.stripe.refund(id, None).unwrap(),
            1 => _ = environment.stripe.refund(id, Some(50)).unwrap(),
            2 => refund_and_dispute(environment, id),
            _ => {}
        }
    }
}
