//! The roll on a real server: many rows at once, and webhooks in between.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

mod support;

use pledge_domain::{
    Timestamp,
    account::sign_in,
    champion::{ChampionAccount, Moment, roll::roll},
    limits::Uses,
    ports::{ChampionStore, Rolled},
    stripe::{BillingReason, InvoiceFact, StripeEvent},
};
use pledge_testkit::{
    Deliver, InMemoryStore,
    builders::{champion, invoice, invoice_paid, metadata, purchase_paid, signed_in, tiers},
    contract::Subject,
    time::t,
};
use support::PostgresStore;
use tokio::task::JoinSet;

const DAY: i64 = 86_400;

async fn round(store: &impl ChampionStore, now: Timestamp, limit: i64) -> Rolled {
    let at = |account: ChampionAccount| roll(account.at(Moment::new(now)));
    store.roll(now, limit, at).await.unwrap()
}

/// Returns the number of rows that are due at once. `ROLL_ROWS=100000` is as many as can be due on the first day of a
/// month, and takes minutes.
#[allow(clippy::disallowed_methods, reason = "a test has no `main` that could hand it over")]
fn rows() -> i64 {
    std::env::var("ROLL_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(2_000)
}

#[tokio::test]
async fn everything_that_is_due_at_once_is_rolled_in_batches_and_the_view_is_exact_meanwhile() {
    let subject = PostgresStore::fresh().await;
    let rows = rows();
    // The rows are as code from before the timeline would have left them, an hour after a month has ended.
    let sql = format!(
        "insert into users (id, email, created_at, updated_at)
         select 'reader-' || n, 'reader-' || n || '@example.com', now(), now() from generate_series(1, {rows}) as n;
         insert into payment_record (
             user_id, novel_id, type, kind, tier_level, amount, payment_method, status, paid_at, stripe_payment_intent_id
         )
         select 'reader-' || n, 7, 'champion_purchase', 'purchase', 1 + n % 13, 100, 'stripe', 'completed',
                now() - interval '30 days 1 hour', 'pi_' || n
         from generate_series(1, {rows}) as n;
         insert into user_champion_subscription (
             user_id, novel_id, tier_level, tier_name, monthly_price, start_date, end_date, is_active
         )
         select 'reader-' || n, 7, 1 + n % 13, 'A tier', 100, now() - interval '30 days 1 hour',
                now() - interval '1 hour', true
         from generate_series(1, {rows}) as n;
         analyze;"
    );
    subject.tables.batch_execute(&sql).await.unwrap();
    assert_eq!(subject.count("select count(*) from champion_access").await, 0, "nobody reads for a minute longer");
    let now = subject.tables.query_one("select now()", &[]).await.unwrap().get(0);
    let (mut rolled, mut rounds) = (0, 0);
    loop {
        let took = round(&subject.store, now, 50).await.rows;
        if took == 0 {
            break;
        }
        (rolled, rounds) = (rolled + i64::try_from(took).unwrap(), rounds + 1);
    }
    assert_eq!((rolled, rounds), (rows, (rows + 49) / 50), "each row once");
    let over = "select count(*) from user_champion_subscription
        where not is_active and tier_level = 0 and next_change_at = end_date + interval '3 days'";
    assert_eq!(subject.count(over).await, rows);
    assert_eq!(subject.count("select count(*) from champion_segment").await, rows);
}

#[tokio::test]
async fn a_row_that_somebody_has_locked_is_left_to_the_next_roll() {
    let subject = PostgresStore::fresh().await;
    subject.open_novel(tiers()).await;
    for reader in ["ada", "bob"] {
        let paid = purchase_paid(
            &format!("evt_{reader}"),
            &format!("pi_{reader}"),
            Some(metadata(&champion(reader), 2, None)),
            t(0),
        );
        subject.store.deliver(&paid, t(1)).await.unwrap();
    }
    let lock = "begin; select pg_advisory_xact_lock(hashtextextended('champion ada 7', 0))";
    subject.tables.batch_execute(lock).await.unwrap();
    let end = t(30 * DAY);
    assert_eq!(round(&subject.store, end, 10).await.rows, 1);
    subject.tables.batch_execute("commit").await.unwrap();
    assert!(subject.support(&champion("ada")).await.unwrap().is_active, "not looked at yet");
    assert_eq!(round(&subject.store, end, 10).await.rows, 1);
    assert!(!subject.support(&champion("ada")).await.unwrap().is_active);
    assert_eq!(round(&subject.store, end, 10).await.rows, 0);
}

/// Returns events about paid months of a reader, each paid when the one before has just ended.
fn months(reader: u32, count: u32) -> Vec<StripeEvent> {
    let key = champion(&format!("reader-{reader}"));
    let month = |n: u32| {
        let reason = if n == 0 { BillingReason::SubscriptionCreate } else { BillingReason::SubscriptionCycle };
        let start = t(i64::from(n) * 31 * DAY);
        let fact = invoice(&format!("in_{reader}_{n}"), reason, Some(metadata(&key, 2, None)), start);
        let subscription = format!("sub_{reader}").try_into().unwrap();
        invoice_paid(&format!("evt_{reader}_{n}"), InvoiceFact { subscription, ..fact })
    };
    (0..count).map(month).collect()
}

#[tokio::test]
async fn rolls_that_race_webhooks_end_as_if_they_had_taken_turns() {
    const READERS: u32 = 24;
    const MONTHS: u32 = 4;
    let (memory, postgres) = (InMemoryStore::default(), PostgresStore::with_connections(8).await);
    memory.open_novel(tiers());
    postgres.open_novel(tiers()).await;
    for n in 1..=READERS {
        let reader = signed_in(&format!("reader-{n}"), &format!("reader-{n}@example.com"));
        memory.sign_in(&sign_in(&reader), &Uses::default(), t(0)).await.unwrap();
        postgres.store.sign_in(&sign_in(&reader), &Uses::default(), t(0)).await.unwrap();
    }
    for month in 0..MONTHS as usize {
        let now = t(i64::try_from(month).unwrap() * 31 * DAY + 60);
        let mut all = JoinSet::new();
        for n in 1..=READERS {
            let event = months(n, MONTHS).remove(month);
            memory.deliver(&event, now).await.unwrap();
            let store = postgres.store.clone();
            all.spawn(async move { store.deliver(&event, now).await.map(drop).unwrap() });
        }
        for _ in 0..3 {
            let store = postgres.store.clone();
            all.spawn(async move {
                round(&store, now, 10).await;
            });
        }
        all.join_all().await;
    }
    let end = t(200 * DAY);
    while round(&memory, end, 100).await.rows > 0 {}
    while round(&postgres.store, end, 100).await.rows > 0 {}
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    assert_eq!(postgres.count(deadlocks).await, 0);
    for n in 1..=READERS {
        let key = champion(&format!("reader-{n}"));
        assert_eq!(postgres.support(&key).await, memory.support(&key), "{key:?}");
    }
    let rows = postgres.tables.query("select key from outbox order by key", &[]).await.unwrap();
    let mut keys: Vec<_> = memory.outbox().into_iter().map(|row| row.entry.key).collect();
    keys.sort();
    assert_eq!(rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), keys);
}
