//! Makes one system after the other fail while readers come and go, and compares what they were told with what is stored.
//!
//! This takes some minutes and a local cloud of its own, so it is part of `make proof` only.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests may stop a test, and print the table")]

use std::time::{Duration, Instant};

use pledge_outages::{
    discrepancies::discrepancies,
    environment::TestEnvironment,
    load::{Load, Requests},
    outage::Outage,
    table::{HEAD, Row},
};
use pledge_proof::settings;
use tokio::{sync::oneshot, time::sleep};

/// How long all systems work before an outage begins.
const BEFORE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_outage_loses_or_doubles_anything() {
    if !settings::whole() {
        println!("left to `make proof`");
        return;
    }
    let mut environment = TestEnvironment::start(Duration::ZERO).await;
    println!("{HEAD}");
    let mut rows = Vec::new();
    for (number, outage) in Outage::ALL.into_iter().enumerate() {
        if !outage.clock_behind().is_zero() {
            environment.cloud.stop().await;
            environment = TestEnvironment::start(outage.clock_behind()).await;
        }
        let row = live_through(&mut environment, outage, &format!("outage{number}.example.com")).await;
        println!("{row}");
        rows.push(row);
    }
    environment.cloud.stop().await;
    for Row { outage, requests, disturbed, discrepancies, .. } in &rows {
        assert_eq!(discrepancies.lost, [""; 0], "{outage:?}: lost");
        assert_eq!(discrepancies.doubled, [""; 0], "{outage:?}: doubled");
        assert_eq!(*disturbed > 0, *outage != Outage::Nothing, "{outage:?} was real");
        assert_eq!(requests.refused + requests.unanswered > 0, outage.is_noticed(), "{outage:?} was noticed");
    }
}

async fn live_through(environment: &mut TestEnvironment, outage: Outage, domain: &str) -> Row {
    let (disturbed, delivered) = (environment.disturbed(), deliveries(environment).await);
    let load = Load::new(&environment.driver, domain);
    let (over, is_over) = oneshot::channel();
    let coming = tokio::spawn(load.clone().come(async { is_over.await.unwrap() }));
    sleep(BEFORE).await;
    outage.cause(environment).await;
    let mended = Instant::now();
    over.send(()).unwrap();
    let count = coming.await.unwrap();
    outage.clear_up(environment).await;
    environment.driver.stripe.idle().await.unwrap();
    environment.driver.klaviyo.settled(&environment.driver.database).await.unwrap();
    let drained = mended.elapsed();
    let (asked, told) = (load.requests(), deliveries(environment).await);
    Row {
        outage,
        load: count,
        requests: Requests {
            all: asked.all + told.all - delivered.all,
            refused: asked.refused + told.refused - delivered.refused,
            unanswered: asked.unanswered + told.unanswered - delivered.unanswered,
        },
        disturbed: environment.disturbed() - disturbed,
        discrepancies: discrepancies(&environment.driver, domain, &load.told()).await,
        drained,
    }
}

/// Returns how many deliveries Stripe has tried so far.
async fn deliveries(environment: &TestEnvironment) -> Requests {
    let mut requests = Requests::default();
    for delivery in environment.driver.stripe.deliveries().await.unwrap() {
        for attempt in delivery["attempts"].as_array().unwrap() {
            requests.all += 1;
            match attempt["status"].as_u64() {
                Some(500..) => requests.refused += 1,
                Some(_) => {}
                None => requests.unanswered += 1,
            }
        }
    }
    requests
}
