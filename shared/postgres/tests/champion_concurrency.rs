//! Events and requests about champions on a real server, many at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use std::collections::BTreeSet;

use pledge_domain::{
    account::sign_in,
    champion::{
        ChampionAccount, ChampionKey,
        subscribe::{SubscribeDecision, subscribe},
    },
    ids::{InvoiceId, SubscriptionId},
    limits::Uses,
    ports::ChampionStore,
    stripe::{BillingReason, Fact, InvoiceFact, StripeEvent, SubscriptionFact, SubscriptionStatus::*},
};
use pledge_testkit::{
    Deliver, InMemoryStore,
    builders::{
        champion, intent_disputed, intent_refunded, invoice, invoice_failed, invoice_linked, invoice_paid, level,
        metadata, payment_record_id, purchase_paid, signed_in, subscription_changed, tiers,
    },
    contract::Subject,
    time::t,
};
use support::PostgresStore;
use tokio::task::JoinSet;

const DAY: i64 = 86_400;

/// Returns Stripe's events about reader `n`: a subscription that starts, fails once, renews and is cancelled, two
/// purchases, and money that goes back. Different readers lose different payments.
fn everything_about(n: u32) -> Vec<StripeEvent> {
    let key = champion(&format!("reader-{n}"));
    let mut copies = 0;
    let mut id = || {
        copies += 1;
        format!("evt_{n}_{copies}")
    };
    let data = |tier| Some(metadata(&key, tier, Some(payment_record_id(n))));
    let of_invoice = |number: u32, reason, at| {
        let fact = invoice(&format!("in_{n}_{number}"), reason, data(2), t(at));
        InvoiceFact { subscription: SubscriptionId::parse(format!("sub_{n}")).unwrap(), ..fact }
    };
    let of_subscription = |id: &str, status, cancelling, at| {
        let event = subscription_changed(id, status, cancelling, data(2), t(at));
        let Fact::SubscriptionChanged(fact) = event.fact else { unreachable!() };
        let subscription = SubscriptionId::parse(format!("sub_{n}")).unwrap();
        StripeEvent { fact: Fact::SubscriptionChanged(Box::new(SubscriptionFact { subscription, ..*fact })), ..event }
    };
    let first = of_invoice(1, BillingReason::SubscriptionCreate, 0);
    let second = of_invoice(2, BillingReason::SubscriptionCycle, 31 * DAY);
    let purchase = |number: u32| Some(metadata(&key, 2, Some(payment_record_id(1000 * (number + 1) + n))));
    let mut events = vec![
        of_subscription(&id(), Incomplete, false, -5),
        invoice_paid(&id(), first.clone()),
        invoice_paid(&id(), first),
        invoice_linked(&id(), &format!("in_{n}_1"), &format!("pi_{n}_1")),
        of_subscription(&id(), Active, false, 1),
        purchase_paid(&id(), &format!("pi_{n}_3"), purchase(3), t(9 * DAY)),
        invoice_failed(&id(), InvoiceFact { at: t(30 * DAY), ..second.clone() }),
        invoice_paid(&id(), second),
        invoice_linked(&id(), &format!("in_{n}_2"), &format!("pi_{n}_2")),
        of_subscription(&id(), Active, true, 32 * DAY),
        purchase_paid(&id(), &format!("pi_{n}_4"), purchase(4), t(40 * DAY)),
        of_subscription(&id(), Canceled, true, 62 * DAY),
    ];
    for number in (1..=4).filter(|number| n & (1 << (number - 1)) != 0) {
        events.push(match number % 2 {
            0 => intent_refunded(&id(), &format!("pi_{n}_{number}"), 300),
            _ => intent_disputed(&id(), &format!("pi_{n}_{number}"), "lost"),
        });
    }
    events
}

/// Returns each of the events twice, in an order that depends on `seed`.
fn shuffled(mut events: Vec<StripeEvent>, seed: u32) -> Vec<StripeEvent> {
    events.extend(events.clone());
    let mut state = u64::from(seed) + 1;
    for place in (1..events.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        events.swap(place, usize::try_from(state >> 33).unwrap() % (place + 1));
    }
    events
}

async fn stored(store: &impl ChampionStore, key: &ChampionKey) -> ChampionAccount {
    let mut account = store.account(key).await.unwrap();
    account.payments.sort_by_key(|payment| payment.id);
    account.intents.sort_by_key(|(intent, _)| intent.clone());
    account
}

async fn prepare(subject: &impl Subject, readers: u32) {
    subject.open_novel(tiers()).await;
    for n in 1..=readers {
        let reader = signed_in(&format!("reader-{n}"), &format!("reader-{n}@example.com"));
        subject.store().sign_in(&sign_in(&reader), &Uses::default(), t(0)).await.unwrap();
    }
}

#[tokio::test]
async fn deliveries_at_once_end_as_deliveries_in_order() {
    const READERS: u32 = 16;
    const CONNECTIONS: usize = 12;
    let memory = InMemoryStore::default();
    let postgres = PostgresStore::with_connections(CONNECTIONS).await;
    prepare(&memory, READERS).await;
    prepare(&postgres, READERS).await;
    let mut deliveries = Vec::new();
    for n in 1..=READERS {
        for event in everything_about(n) {
            memory.deliver(&event, t(100)).await.unwrap();
        }
        deliveries.extend(shuffled(everything_about(n), n));
    }
    let mut all = JoinSet::new();
    for worker in 0..CONNECTIONS {
        let store = postgres.store.clone();
        let mine: Vec<_> = deliveries.iter().skip(worker).step_by(CONNECTIONS).cloned().collect();
        all.spawn(async move {
            for event in mine {
                store.deliver(&event, t(100)).await.unwrap();
            }
        });
    }
    all.join_all().await;
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(postgres.count(deadlocks).await, 0, "everybody locks in the same order");

    for n in 1..=READERS {
        let key = champion(&format!("reader-{n}"));
        assert_eq!(stored(&postgres.store, &key).await, stored(&memory, &key).await, "{key:?}");
        assert_eq!(postgres.support(&key).await, memory.support(&key), "{key:?}");
        let mut ledgers = [postgres.ledger(&key).await, memory.ledger(&key)];
        for ledger in &mut ledgers {
            ledger.sort_by_key(|row| row.payment_intent.clone());
        }
        assert_eq!(ledgers[0], ledgers[1], "{key:?}");
    }
    let rows = postgres.tables.query("select key from outbox", &[]).await.unwrap();
    let keys: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(keys, memory.outbox().into_iter().map(|row| row.entry.key).collect());
}

#[tokio::test]
async fn fifty_requests_at_once_make_one_reservation() {
    let subject = PostgresStore::with_connections(20).await;
    prepare(&subject, 1).await;
    let mut all = JoinSet::new();
    for n in 1..=50 {
        let store = subject.store.clone();
        all.spawn(async move {
            let step = |account| subscribe(account, level(2), payment_record_id(n), t(0));
            store.step(&champion("reader-1"), t(0), step).await.unwrap()
        });
    }
    let decisions = all.join_all().await;
    let SubscribeDecision::Start(reservation) = &decisions[0] else { panic!("{decisions:?}") };
    assert!(decisions.iter().all(|decision| *decision == SubscribeDecision::Start(reservation.clone())));
    assert_eq!(subject.count("select count(*) from payment_record").await, 1);
}

#[tokio::test]
async fn a_refund_and_the_payment_at_the_same_moment_find_each_other() {
    let subject = PostgresStore::with_connections(8).await;
    prepare(&subject, 40).await;
    for n in 1..=40 {
        let key = champion(&format!("reader-{n}"));
        let (invoice_id, intent) = (format!("in_r{n}"), format!("pi_r{n}"));
        subject.store.deliver(&invoice_linked(&format!("evt_l{n}"), &invoice_id, &intent), t(9)).await.unwrap();
        let fact = invoice(&invoice_id, BillingReason::SubscriptionCreate, Some(metadata(&key, 2, None)), t(0));
        assert_eq!(fact.invoice, InvoiceId::parse(invoice_id).unwrap());
        let fact = InvoiceFact { subscription: SubscriptionId::parse(format!("sub_r{n}")).unwrap(), ..fact };
        let paid = invoice_paid(&format!("evt_p{n}"), fact);
        let refund = intent_refunded(&format!("evt_r{n}"), &intent, 300);
        let (paid, refunded) = tokio::join!(subject.store.deliver(&paid, t(60)), subject.store.deliver(&refund, t(60)));
        assert!(paid.is_ok() && refunded.is_ok());
        assert!(!subject.support(&key).await.unwrap().is_active, "reader {n} keeps what was refunded");
    }
}
