//! The champion tables of the system before this one keep their content through all steps and back.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use pledge_migrations::{MIGRATIONS, down, up, up_to};
use pledge_testkit::TestDatabase;
use tokio_postgres::Client;

/// The number of the step that makes the tables as the old system had them.
const LEGACY: i32 = 10;
/// The number of the step that gives each of Stripe's ids a column of its own.
const STRIPE_IDS: i32 = 11;

const ROWS: &str = "
    insert into users (id, email, created_at, updated_at) values
        ('ada', 'ada@example.com', now(), now()), ('bob', 'bob@example.com', now(), now()),
        ('eve', 'eve@example.com', now(), now());
    insert into novel_champion_tiers (novel_id, tier_level, tier_name, monthly_price) values (7, 2, 'Profound Realm', 3);
    insert into user_champion_subscription (
        user_id, novel_id, tier_level, tier_name, monthly_price, start_date, end_date, is_active, auto_renew,
        payment_method, stripe_subscription_id
    ) values
        ('ada', 7, 2, 'Profound Realm', 3.00, '2025-11-01', '2025-12-31', true, true, 'stripe', 'sub_ada'),
        ('bob', 7, 2, 'Profound Realm', 3.00, '2025-11-01', '2025-12-01', true, false, 'paypal', 'PAYID-1'),
        ('eve', 7, 2, 'Profound Realm', 3.00, '2025-01-01', '2025-02-01', false, false, 'stripe', 'sub_eve');
    insert into payment_record (user_id, novel_id, type, amount, payment_method, status, description) values
        ('ada', 7, 'champion', 3.00, 'stripe', 'completed', 'Champion Subscription pi_ada'),
        ('bob', 7, 'champion', 3.99, 'stripe', 'pending', 'Champion Subscription pi_bob'),
        ('bob', null, 'karma', 9.99, 'paypal', 'cancelled', null);
    insert into user_champion_subscription_record (
        user_id, novel_id, tier_level, tier_name, monthly_price, payment_amount, payment_method, payment_status,
        subscription_type, subscription_duration_days, start_date, end_date, transaction_id
    ) values
        ('ada', 7, 2, 'Profound Realm', 3.00, 3.00, 'stripe', 'completed', 'new', 30, '2025-11-01', '2025-12-01', 'pi_ada'),
        ('ada', 7, 2, 'Profound Realm', 3.00, 3.00, 'stripe', 'completed', 'extend', 30, '2025-12-01', '2025-12-31', 'sub_ada'),
        ('ada', 7, 2, 'Profound Realm', 3.00, 3.00, 'stripe', 'completed', 'extend', 30, '2025-12-01', '2025-12-31', 'in_ada'),
        ('bob', 7, 2, 'Profound Realm', 3.00, 3.99, 'paypal', 'completed', 'new', 30, '2025-11-01', '2025-12-01', 'PAYID-1'),
        ('eve', 7, 2, 'Profound Realm', 3.00, 3.00, 'stripe', 'completed', 'new', 31, '2025-01-01', '2025-02-01', null);";

/// Returns every row of every champion table, as JSON.
async fn everything(client: &Client) -> Vec<String> {
    let mut rows = Vec::new();
    for table in
        ["novel_champion_tiers", "user_champion_subscription", "payment_record", "user_champion_subscription_record"]
    {
        let sql = format!("select '{table} ' || to_jsonb(it)::text from {table} as it order by id");
        rows.extend(client.query(&sql, &[]).await.unwrap().iter().map(|row| row.get::<_, String>(0)));
    }
    rows
}

async fn text(client: &Client, sql: &str) -> Option<String> {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn old_rows_go_up_and_down_and_none_loses_a_value() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    up_to(&mut client, LEGACY).await.unwrap();
    client.batch_execute(ROWS).await.unwrap();
    let before = everything(&client).await;

    up_to(&mut client, STRIPE_IDS).await.unwrap();
    assert_eq!(down(&mut client, 1).await.unwrap()[0].version(), STRIPE_IDS);
    assert_eq!(everything(&client).await, before, "the refactoring alone can be taken back");

    let steps = up(&mut client).await.unwrap().len();
    assert_eq!(steps, MIGRATIONS.iter().filter(|step| step.version() > LEGACY).count());
    assert_eq!(down(&mut client, steps).await.unwrap().len(), steps);
    assert_eq!(everything(&client).await, before, "so can everything that is new");
    assert_eq!(up(&mut client).await.unwrap().len(), steps);
}

#[tokio::test]
async fn a_column_for_subscriptions_holds_subscriptions_and_nothing_else() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    up_to(&mut client, LEGACY).await.unwrap();
    client.batch_execute(ROWS).await.unwrap();
    up(&mut client).await.unwrap();
    let ids = |table| format!("select string_agg(coalesce(stripe_subscription_id, '-'), ' ' order by id) from {table}");
    let ledger = text(&client, &ids("user_champion_subscription_record")).await;
    assert_eq!(ledger.as_deref(), Some("- sub_ada - - -"));
    let rows = text(&client, &ids("user_champion_subscription")).await;
    assert_eq!(rows.as_deref(), Some("sub_ada - sub_eve"));
    let moved = "select string_agg(value, ' ' order by table_name desc, row_id) from misplaced_stripe_id";
    assert_eq!(text(&client, moved).await.as_deref(), Some("pi_ada in_ada PAYID-1 PAYID-1"));
    let wrong = "update user_champion_subscription_record set stripe_subscription_id = 'pi_ada'";
    assert!(client.batch_execute(wrong).await.is_err(), "and the database sees to it");
}

#[tokio::test]
async fn old_readers_keep_what_they_have_and_old_payments_can_still_come_in() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    up_to(&mut client, LEGACY).await.unwrap();
    client.batch_execute(ROWS).await.unwrap();
    up(&mut client).await.unwrap();
    let carried = "select string_agg(user_id || ' ' || (period_end at time zone 'UTC')::date, ', ' order by user_id)
        from payment_record where kind = 'carried_over'";
    assert_eq!(text(&client, carried).await.as_deref(), Some("ada 2025-12-31, bob 2025-12-01"));
    let state = "select string_agg(id || ' ' || status || ' ' || cancel_at_period_end, ', ' order by id)
        from stripe_subscription";
    assert_eq!(text(&client, state).await.as_deref(), Some("sub_ada active false, sub_eve canceled false"));
    let open = "select string_agg(description || ' ' || amount || currency, ', ') from payment_record
        where kind = 'purchase'";
    assert_eq!(text(&client, open).await.as_deref(), Some("Champion Subscription pi_bob 399usd"));
}

/// The tables and the columns in which they keep Stripe's ids.
const COLUMNS: [(&str, &str); 9] = [
    ("user_champion_subscription_record", "stripe_subscription_id"),
    ("user_champion_subscription_record", "stripe_payment_intent_id"),
    ("user_champion_subscription_record", "stripe_customer_id"),
    ("user_champion_subscription", "stripe_subscription_id"),
    ("user_champion_subscription", "stripe_customer_id"),
    ("payment_record", "stripe_subscription_id"),
    ("payment_record", "stripe_payment_intent_id"),
    ("payment_record", "stripe_customer_id"),
    ("payment_record", "stripe_invoice_id"),
];

#[tokio::test]
async fn each_of_stripes_ids_has_a_column_of_its_own() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    let find = "select is_nullable from information_schema.columns where table_name = $1 and column_name = $2";
    for (table, column) in COLUMNS {
        let nullable: &str = &client.query_one(find, &[&table, &column]).await.unwrap().get::<_, String>(0);
        assert_eq!(nullable, "YES", "{table}.{column}");
    }
    let old = "select count(*) from information_schema.columns where column_name = 'transaction_id'";
    assert_eq!(client.query_one(old, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test]
async fn the_database_keeps_promises_by_itself() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    client.batch_execute("insert into users (id, created_at, updated_at) values ('ada', now(), now())").await.unwrap();
    let payment = |columns: &str, values: &str| {
        format!(
            "insert into payment_record (user_id, novel_id, type, amount, payment_method, kind, {columns})
             values ('ada', 7, 'champion', 300, 'stripe', {values})"
        )
    };
    let reserve = payment("status", "'subscription', 'pending'");
    client.batch_execute(&reserve).await.unwrap();
    assert!(client.batch_execute(&reserve).await.is_err(), "one reservation for each reader and novel");
    client.batch_execute("update payment_record set status = 'failed'").await.unwrap();
    client.batch_execute(&reserve).await.unwrap();
    let invoice = payment("status, paid_at, stripe_invoice_id", "'renewal', 'completed', now(), 'in_1'");
    client.batch_execute(&invoice).await.unwrap();
    for wrong in [
        invoice.clone(),
        payment("status", "'renewal', 'completed'"),
        payment("status, paid_at", "'renewal', 'pending', now()"),
        payment("stripe_subscription_id", "'renewal', 'in_1'"),
        payment("stripe_payment_intent_id", "'renewal', 'ch_1'"),
        payment("stripe_customer_id", "'renewal', 'ada'"),
    ] {
        assert!(client.batch_execute(&wrong).await.is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_novel_opens_with_thirteen_tiers_and_a_new_amount_forgets_the_old_price() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    client.batch_execute("select add_default_champion_tiers(7), add_default_champion_tiers(7)").await.unwrap();
    let tiers =
        "select string_agg(tier_level || ':' || monthly_price, ' ' order by tier_level) from novel_champion_tiers";
    let expected = "1:100 2:300 3:500 4:1000 5:1500 6:2000 7:2500 8:4000 9:5500 10:7000 11:10000 12:12500 13:16000";
    assert_eq!(text(&client, tiers).await.as_deref(), Some(expected));
    let price = "select max(stripe_price_id) from novel_champion_tiers";
    client
        .batch_execute("update novel_champion_tiers set stripe_price_id = 'price_1' where tier_level = 1")
        .await
        .unwrap();
    client.batch_execute("update novel_champion_tiers set is_active = false").await.unwrap();
    assert_eq!(text(&client, price).await.as_deref(), Some("price_1"));
    client.batch_execute("update novel_champion_tiers set monthly_price = 200 where tier_level = 1").await.unwrap();
    assert_eq!(text(&client, price).await, None);
}
