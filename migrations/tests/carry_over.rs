//! Step 0031 carries the access that readers were shown over into the timeline, in batches, and can be taken back.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use pledge_migrations::{MIGRATIONS, down, up, up_to};
use pledge_testkit::TestDatabase;
use tokio_postgres::Client;

/// The number up to which steps are applied before the readers are inserted, whose access isn't a timeline then.
const BEFORE: i32 = 29;

/// Readers with running support, except for one whose month is over and one whose money went back.
const READERS: &str = "
    insert into users (id, email, created_at, updated_at)
    select 'reader_' || n, 'reader_' || n || '@example.com', now(), now() from generate_series(1, 1203) as n;
    insert into user_champion_subscription (
        user_id, novel_id, tier_level, tier_name, monthly_price, start_date, end_date, is_active, auto_renew
    )
    select 'reader_' || n, 7, 1 + n % 13, 'A tier', 100, now() - interval '40 days',
           case n when 1 then now() - interval '1 day' else now() + interval '20 days' end, n <> 2, false
    from generate_series(1, 1203) as n;
    insert into payment_record (
        user_id, novel_id, type, kind, tier_level, amount, payment_method, status, paid_at, stripe_payment_intent_id
    )
    select 'reader_' || n, 7, 'champion_purchase', 'purchase', 1, 100, 'stripe', 'completed', now() - interval '40 days',
           'pi_' || n
    from generate_series(1, 1203) as n;";

async fn before(database: &TestDatabase) -> Client {
    let mut client = database.connect().await;
    up_to(&mut client, BEFORE).await.unwrap();
    client.batch_execute(READERS).await.unwrap();
    client
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

async fn rows(client: &Client) -> Vec<String> {
    let sql = "
        select 'mine ' || to_jsonb(it)::text from user_champion_subscription as it
        union all
        select 'payment ' || to_jsonb(it)::text from payment_record as it
        order by 1";
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_running_reader_keeps_the_tier_and_the_end_that_they_were_shown() {
    let database = TestDatabase::empty().await;
    let mut client = before(&database).await;
    up(&mut client).await.unwrap();

    let carried = "select count(*) from payment_record where carried_over_at is not null";
    assert_eq!(count(&client, carried).await, 1201, "neither who had nothing left nor who got the money back");
    let shown = "
        select count(*)
        from user_champion_subscription as mine
        join champion_access as access using (user_id, novel_id)
        where access.tier_level = mine.tier_level and access.until = mine.end_date and mine.end_date > now()";
    assert_eq!(count(&client, shown).await, 1201);
    assert_eq!(count(&client, "select count(*) from champion_access").await, 1201);
    let due = "select count(*) from user_champion_subscription where next_change_at <= now()";
    assert_eq!(count(&client, due).await, 1203, "the roll computes the rest, a batch at a time");
}

#[tokio::test]
async fn code_that_does_not_know_the_timeline_does_not_count_what_was_carried_over_as_well() {
    let database = TestDatabase::empty().await;
    let mut client = before(&database).await;
    up(&mut client).await.unwrap();
    let seen = "select count(*) from payment_record where kind is not null";
    assert_eq!(count(&client, seen).await, 1203);

    // A row that code without the timeline writes is due for a roll.
    client
        .batch_execute("update user_champion_subscription set next_change_at = null, rolled_at = now()")
        .await
        .unwrap();
    client
        .batch_execute(
            "update user_champion_subscription set end_date = now() + interval '90 days' where user_id = 'reader_3'",
        )
        .await
        .unwrap();
    let due = "select count(*) from user_champion_subscription where next_change_at <= now() and user_id = 'reader_3'";
    assert_eq!(count(&client, due).await, 1);
}

#[tokio::test]
async fn the_timeline_can_be_taken_back() {
    let database = TestDatabase::empty().await;
    let mut client = before(&database).await;
    let was = rows(&client).await;
    let steps = up(&mut client).await.unwrap().len();
    assert_eq!(steps, MIGRATIONS.iter().filter(|step| step.version() > BEFORE).count());
    down(&mut client, steps).await.unwrap();
    assert_eq!(rows(&client).await, was);
    assert_eq!(up(&mut client).await.unwrap().len(), steps);
}
