//! Stripe's events in every order, repeatedly, and on several connections at once: it always ends in the truth.

#![allow(clippy::large_futures, reason = "a whole journey is one future, and tests have the stack for it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may stop a test, and print what they counted"
)]

use futures_util::{StreamExt, stream};
use pledge_proof::{
    World, dials,
    functions::READER,
    journeys::{champion, preorder, subscription, wish_to_pay},
    oracle,
    shuffle::{Dice, permutation},
    world::Warmth,
};
use pledge_stand_ins::stripe::{Payment, PaymentChoice};
use pledge_testkit::TestDatabase;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

const DAY: u64 = 24 * 60 * 60;

/// How many deliveries go on at once.
const CONNECTIONS: usize = 8;

/// How many orders of a short history are tried in `make test`, spread over all of them; `make proof` tries all.
const AT_MOST: usize = 30;

/// What the webhook answered is of no interest but that it took the event.
async fn deliver(world: &World, events: &[Value], at_once: usize) {
    stream::iter(events)
        .for_each_concurrent(at_once, |event| async move {
            for _ in 0..10 {
                // Who waits too long for a lock is asked to come again, as Stripe does.
                if world.functions().request(&world.delivery(event)).await.0 == 200 {
                    return;
                }
            }
            panic!("never taken: {event}");
        })
        .await;
}

/// The tables agree with what the events say by themselves.
async fn assert_true(world: &World, events: &[Value], what: &str) {
    for (id, truth) in oracle::preorders(events) {
        let sql = "select status, refunded_amount from preorders where id::text = $1";
        let row = world.tables.query_one(sql, &[&id]).await.unwrap();
        assert_eq!((row.get::<_, String>(0), row.get::<_, i64>(1)), (truth.status, truth.refunded), "{what}: {id}");
        let sql = "select metric from outbox where key like '%:' || $1 || '%' and metric <> 'preorder_started'";
        let facts = world.tables.query(sql, &[&id]).await.unwrap();
        let found: BTreeSet<String> = facts.iter().map(|row| row.get(0)).collect();
        assert_eq!((facts.len(), found), (truth.facts.len(), truth.facts), "{what}: {id}");
    }
    let truth = oracle::support(events);
    let sql = "select extract(epoch from end_date)::bigint, tier_level from user_champion_subscription where is_active";
    let rows = world.tables.query(sql, &[]).await.unwrap();
    let found = rows.first().map(|row| (row.get::<_, i64>(0), i64::from(row.get::<_, i32>(1))));
    assert_eq!(found, truth.end.zip(truth.tier), "{what}: support");
    let sql = "select count(*) from user_champion_subscription_record where payment_status = 'completed'";
    assert_eq!(usize::try_from(world.count(sql).await).unwrap(), truth.grants, "{what}: grants");
    let ids: Vec<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    let sql = "select count(*) from stripe_event where id = any($1)";
    let recorded: i64 = world.tables.query_one(sql, &[&ids]).await.unwrap().get(0);
    assert_eq!(usize::try_from(recorded).unwrap(), events.len(), "{what}: each event is recorded");
}

/// The events that can change something: the others go the same way whatever their order.
fn relevant(events: Vec<Value>) -> Vec<Value> {
    const OF_INTEREST: [&str; 10] = [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "charge.refunded",
        "charge.dispute.created",
    ];
    events.into_iter().filter(|event| OF_INTEREST.contains(&event["type"].as_str().unwrap())).collect()
}

async fn every_order(world: &mut World, what: &str) {
    let events = relevant(world.undelivered());
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!((4..=7).contains(&events.len()), "{what}: {kinds:?}");
    world.remember().await;
    let mut orders = 0;
    let all: usize = (1..=events.len()).product();
    let stride = if dials::whole() { 1 } else { all.div_ceil(AT_MOST) };
    while let Some(order) = permutation(&events, orders * stride) {
        deliver(world, &order, 1).await;
        // Once more, all of them.
        deliver(world, &order, 1).await;
        assert_true(world, &events, &format!("{what}, order {}", orders * stride)).await;
        world.recall().await;
        orders += 1;
    }
    println!("{what}: {orders} orders of {} events, each twice ({})", events.len(), kinds.join(", "));
}

async fn opened(world: &mut World, email: &str) -> String {
    let preorder = preorder(world, email).await;
    world.ask(&wish_to_pay(&preorder), 200).await["sessionId"].as_str().unwrap().to_owned()
}

fn refund_everything(world: &World, amount: Option<i64>) {
    for intent in world.stripe.objects("payment_intent") {
        if intent["status"] == "succeeded" {
            world.stripe.refund(intent["id"].as_str().unwrap(), amount).unwrap();
        }
    }
}

#[tokio::test]
async fn a_refunded_preorder() {
    let database = TestDatabase::new().await;
    let mut world = World::new(&database, Warmth::Warm).await;
    let session = opened(&mut world, READER).await;
    world.settle().await;
    world.stripe.pay_session(&session, Payment::default());
    refund_everything(&world, Some(100));
    refund_everything(&world, None);
    every_order(&mut world, "a refunded preorder").await;
}

#[tokio::test]
async fn a_preorder_paid_days_later() {
    let database = TestDatabase::new().await;
    let mut world = World::new(&database, Warmth::Warm).await;
    let session = opened(&mut world, READER).await;
    world.settle().await;
    world.stripe.pay_session(&session, Payment { method: PaymentChoice::BankDebit, ..Payment::default() });
    world.stripe.settle_session(&session, true).unwrap();
    // Two parts that aren't all, so that adding what Stripe has added already shows.
    refund_everything(&world, Some(100));
    refund_everything(&world, Some(200));
    every_order(&mut world, "a preorder that is paid days later").await;
}

#[tokio::test]
async fn a_subscription_and_its_refund() {
    let database = TestDatabase::new().await;
    let mut world = World::new(&database, Warmth::Warm).await;
    let answer = world.ask(&subscription(2), 201).await;
    world.settle().await;
    world.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa").await;
    refund_everything(&world, None);
    every_order(&mut world, "a subscription and its refund").await;
}

/// Many readers, everything at once: shuffled, repeated, on several connections.
#[tokio::test]
async fn long_histories() {
    let database = TestDatabase::new().await;
    let rounds = if dials::whole() { 150 } else { 6 };
    let mut deliveries = 0;
    for world_seed in 0..3 {
        let mut world = World::with_connections(&database, Warmth::Warm, CONNECTIONS).await;
        history(&mut world, &mut Dice(world_seed)).await;
        let events = world.stripe.events();
        for seed in 0..rounds / 3 {
            let mut dice = Dice(1000 + seed);
            let mut order: Vec<_> = events.iter().chain(&events).cloned().collect();
            order.extend((0..events.len() / 2).map(|_| events[dice.below(events.len())].clone()));
            dice.shuffle(&mut order);
            deliver(&world, &order, CONNECTIONS).await;
            deliveries += order.len();
            assert_true(&world, &events, &format!("history {world_seed}, order {seed}")).await;
            world.recall().await;
        }
    }
    println!("{rounds} long histories, {deliveries} deliveries on {CONNECTIONS} connections");
}

/// A made-up history of six preorders and one champion; nothing of it is delivered.
async fn history(world: &mut World, dice: &mut Dice) {
    // The order in which a reader does these two doesn't matter to Stripe.
    for wish in [subscription(2), champion("champion-purchase", &json!({ "novelId": 7, "tierLevel": 3 }))] {
        let answer = world.ask(&wish, 201).await;
        world.confirm(answer["clientSecret"].as_str().unwrap(), "pm_card_visa").await;
        world.advance(Duration::from_secs(dice.below(20) as u64 * DAY));
    }
    let mut sessions = Vec::new();
    for n in 0..6 {
        sessions.push(opened(world, &format!("reader-{n}@example.com")).await);
    }
    world.remember().await;
    for session in &sessions {
        let method = [PaymentChoice::Card, PaymentChoice::BankDebit, PaymentChoice::DeclinedCard][dice.below(3)];
        world.stripe.pay_session(session, Payment { method, ..Payment::default() });
    }
    for session in &sessions {
        if dice.below(2) == 0 {
            // Those that wait for no money don't mind.
            _ = world.stripe.settle_session(session, true);
        }
    }
    world.advance(Duration::from_secs(40 * DAY));
    for intent in world.stripe.objects("payment_intent") {
        if intent["status"] == "succeeded" && dice.below(3) == 0 {
            let amount = (dice.below(2) == 0).then_some(50);
            world.stripe.refund(intent["id"].as_str().unwrap(), amount).unwrap();
        }
    }
}
