//! Step 0035 gives preorders that were paid before it a payment record each, in batches.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use pledge_migrations::{down, up, up_to};
use pledge_testkit::TestDatabase;
use tokio_postgres::Client;

/// The number up to which steps are applied before the preorders are inserted, which have no payment records then.
const BEFORE: i32 = 19;

/// Preorders that are paid, partly refunded, refunded, disputed, free, or not paid.
const PREORDERS: &str = "
    insert into preorders (
        id, email, color, locale, status, session_id, session_state, payment_intent_id, amount, currency, paid_at,
        refunded_amount, dispute_status, created_at, updated_at
    )
    select md5(n::text)::uuid, 'reader-' || n || '@example.com', 'Red', 'en', status, 'cs_' || n, 'closed',
           case when status <> 'cancelled' and n % 6 <> 4 then 'pi_' || n end,
           case when status <> 'cancelled' then amount end, case when status <> 'cancelled' then 'usd' end,
           case when status <> 'cancelled' then timestamptz '2026-01-01' + n * interval '1 minute' end,
           case n % 6 when 1 then 100 when 2 then amount else 0 end, case n % 6 when 3 then 'needs_response' end,
           now(), now()
    from generate_series(0, 1301) as n,
         lateral (select case n % 6 when 2 then 'refunded' when 5 then 'cancelled' else 'completed' end as status,
                         case n % 6 when 4 then 0 else 1999 end as amount) as its;";

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

async fn with_preorders(database: &TestDatabase) -> Client {
    let mut client = database.connect().await;
    up_to(&mut client, BEFORE).await.unwrap();
    client.batch_execute(PREORDERS).await.unwrap();
    client
}

#[tokio::test]
async fn every_payment_of_before_is_kept_as_it_was() {
    let database = TestDatabase::empty().await;
    let mut client = with_preorders(&database).await;
    up(&mut client).await.unwrap();

    assert_eq!(count(&client, "select count(*) from preorder_payment").await, 5 * 217);
    let same = "
        select count(*)
        from preorders
        join preorder_payment as its on its.preorder_id = preorders.id
        where its.amount = preorders.amount and its.currency = preorders.currency and its.paid_at = preorders.paid_at
          and its.payment_intent_id is not distinct from preorders.payment_intent_id
          and its.refunded_amount = preorders.refunded_amount
          and its.dispute_status is not distinct from preorders.dispute_status
          and its.revoked = (preorders.status = 'refunded')";
    assert_eq!(count(&client, same).await, 5 * 217);
    let free = "select count(*) from preorder_payment where payment_intent_id is null and id = session_id";
    assert_eq!(count(&client, free).await, 217, "what cost nothing goes by its session");
}

#[tokio::test]
async fn a_preorder_that_is_paid_twice_by_then_keeps_both_payments() {
    let database = TestDatabase::empty().await;
    let mut client = with_preorders(&database).await;
    up_to(&mut client, 34).await.unwrap();
    let newer = "insert into preorder_payment (id, preorder_id, payment_intent_id, amount, currency, paid_at)
        select 'pi_0', md5('0')::uuid, 'pi_0', 1999, 'usd', now()
        union all select 'pi_0b', md5('0')::uuid, 'pi_0b', 1999, 'usd', now()";
    client.batch_execute(newer).await.unwrap();
    up(&mut client).await.unwrap();
    assert_eq!(count(&client, "select count(*) from preorder_payment where preorder_id = md5('0')::uuid").await, 2);
    assert_eq!(count(&client, "select count(*) from preorder_payment").await, 5 * 217 + 1);
}

#[tokio::test]
async fn the_payments_can_be_taken_back_and_carried_over_again() {
    let database = TestDatabase::empty().await;
    let mut client = with_preorders(&database).await;
    let preorders = "select md5(string_agg(md5(to_jsonb(it)::text), '' order by id)) from preorders as it";
    let was: String = client.query_one(preorders, &[]).await.unwrap().get(0);
    let steps = up(&mut client).await.unwrap().len();
    down(&mut client, steps).await.unwrap();
    assert_eq!(client.query_one(preorders, &[]).await.unwrap().get::<_, String>(0), was);
    up(&mut client).await.unwrap();
    assert_eq!(count(&client, "select count(*) from preorder_payment").await, 5 * 217);
}
