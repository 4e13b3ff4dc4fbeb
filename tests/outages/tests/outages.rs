//! Something gives way while readers come and go. Afterwards everybody is accounted for.
//!
//! It takes some minutes and a local cloud of its own, so it is part of `make proof` only.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests may stop a test, and print the table")]

use std::time::{Duration, Instant};

use pledge_outages::{
    account::account,
    outage::Outage,
    readers::{Readers, Requests},
    table::{HEAD, Row},
    town::Town,
};
use pledge_proof::dials;
use tokio::{sync::oneshot, time::sleep};

/// How long all is well before.
const BEFORE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_accounted_for() {
    if !dials::whole() {
        println!("left to `make proof`");
        return;
    }
    let mut town = Town::start().await;
    println!("{HEAD}");
    let mut rows = Vec::new();
    for (number, outage) in Outage::ALL.into_iter().enumerate() {
        let row = live_through(&mut town, outage, &format!("outage{number}.example.com")).await;
        println!("{row}");
        rows.push(row);
    }
    town.cloud.stop().await;
    for Row { outage, requests, struck, account, .. } in &rows {
        assert_eq!(account.lost, [""; 0], "{outage:?}: lost");
        assert_eq!(account.doubled, [""; 0], "{outage:?}: doubled");
        assert_eq!(*struck > 0, *outage != Outage::Nothing, "{outage:?} was real");
        assert_eq!(requests.refused + requests.unanswered > 0, outage.is_noticed(), "{outage:?} was noticed");
    }
}

async fn live_through(town: &mut Town, outage: Outage, domain: &str) -> Row {
    let (struck, delivered) = (town.struck(), deliveries(town).await);
    let readers = Readers::new(&town.driver, domain);
    let (over, is_over) = oneshot::channel();
    let coming = tokio::spawn(readers.clone().come(async { is_over.await.unwrap() }));
    sleep(BEFORE).await;
    outage.strike(town).await;
    let mended = Instant::now();
    over.send(()).unwrap();
    let count = coming.await.unwrap();
    town.driver.stripe.idle().await.unwrap();
    town.driver.klaviyo.settled(&town.driver.database).await.unwrap();
    let drained = mended.elapsed();
    let (asked, told) = (readers.requests(), deliveries(town).await);
    Row {
        outage,
        readers: count,
        requests: Requests {
            all: asked.all + told.all - delivered.all,
            refused: asked.refused + told.refused - delivered.refused,
            unanswered: asked.unanswered + told.unanswered - delivered.unanswered,
        },
        struck: town.struck() - struck,
        account: account(&town.driver, domain, &readers.facts()).await,
        drained,
    }
}

/// What Stripe has asked so far.
async fn deliveries(town: &Town) -> Requests {
    let mut requests = Requests::default();
    for delivery in town.driver.stripe.deliveries().await.unwrap() {
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
