//! Tests of the chain of steps on a real database.

use pledge_migrations::{MIGRATIONS, MigrationError, State, adopt, down, status, up, up_to};
use pledge_testkit::TestDatabase;

const ALL: usize = MIGRATIONS.len();

const ROWS: &str = "
    insert into users (id, email, created_at, updated_at) values ('uid', 'a@example.com', now(), now());
    insert into preorders (id, user_id, email, color, locale, status, created_at, updated_at)
    values ('0a1b2c3d-0000-4000-8000-000000000000', 'uid', 'a@example.com', 'Red', 'en', 'initiated', now(), now());";

#[tokio::test]
async fn all_steps_go_up_down_and_up_again_with_rows_in_the_tables() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    assert_eq!(up_to(&mut client, 2).await.unwrap().len(), 2);
    client.batch_execute(ROWS).await.unwrap();

    assert_eq!(up(&mut client).await.unwrap().len(), ALL - 2);
    let row = client.query_one("select preorder_number, klaviyo_event_sent_at is null from preorders", &[]).await;
    let row = row.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, bool>(1)), ("ROL-0A1B2C3D", true));

    assert_eq!(down(&mut client, ALL - 2).await.unwrap().len(), ALL - 2);
    let kept: i64 = client.query_one("select count(*) from preorders", &[]).await.unwrap().get(0);
    assert_eq!(kept, 1, "steps back leave the rows of earlier steps alone");
    assert_eq!(up(&mut client).await.unwrap().len(), ALL - 2);

    assert_eq!(down(&mut client, usize::MAX).await.unwrap().len(), ALL);
    let tables = "select count(*) from pg_tables where schemaname = 'public' and tablename <> 'schema_migration'";
    let left: i64 = client.query_one(tables, &[]).await.unwrap().get(0);
    assert_eq!(left, 0, "the way down leaves nothing behind");
    assert_eq!(up(&mut client).await.unwrap().len(), ALL);
}

#[tokio::test]
async fn two_deployers_at_once_run_each_step_once() {
    let database = TestDatabase::empty().await;
    let (mut one, mut other) = (database.connect().await, database.connect().await);
    let (by_one, by_other) = tokio::join!(up(&mut one), up(&mut other));
    assert_eq!(by_one.unwrap().len() + by_other.unwrap().len(), ALL);
}

/// A role may limit its statements: docs/DATABASE.md does so for the functions behind PgBouncer.
#[tokio::test]
async fn a_deployer_waits_for_another_one_longer_than_its_role_lets_statements_run() {
    let database = TestDatabase::empty().await;
    let (mut client, other) = (database.connect().await, database.connect().await);
    client.batch_execute("set statement_timeout = '100 ms'; set lock_timeout = '100 ms'").await.unwrap();
    other
        .batch_execute("begin; select pg_advisory_xact_lock(hashtextextended('pledge schema_migration', 0))")
        .await
        .unwrap();
    let deployer = tokio::spawn(async move { up(&mut client).await.map(|steps| steps.len()) });
    let waits = "select count(*) from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'
                   and clock_timestamp() - query_start > interval '300 ms'";
    while !deployer.is_finished() && other.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    other.batch_execute("commit").await.unwrap();
    assert_eq!(deployer.await.unwrap().unwrap(), ALL);
}

#[tokio::test]
async fn status_tells_where_every_step_stands() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    let pending = |status: &[pledge_migrations::StepStatus]| {
        status.iter().filter(|step| step.state == State::Pending).map(|step| step.version).collect::<Vec<_>>()
    };
    let all: Vec<_> = MIGRATIONS.iter().map(pledge_migrations::Migration::version).collect();
    assert_eq!(pending(&status(&client).await.unwrap()), all);
    up_to(&mut client, 2).await.unwrap();
    assert_eq!(pending(&status(&client).await.unwrap()), all[2..]);
    up(&mut client).await.unwrap();
    assert_eq!(pending(&status(&client).await.unwrap()), [0; 0]);
}

#[tokio::test]
async fn an_edited_step_stops_everything() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    up_to(&mut client, 1).await.unwrap();
    client.batch_execute("update schema_migration set checksum = 'other'").await.unwrap();
    assert!(matches!(up(&mut client).await, Err(MigrationError::Changed { version: 1 })));
    assert!(matches!(down(&mut client, 1).await, Err(MigrationError::Changed { version: 1 })));
}

#[tokio::test]
async fn a_failed_step_leaves_the_schema_at_the_step_before() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    client.batch_execute("create table preorders (is_in_the_way boolean)").await.unwrap();
    let failed = up(&mut client).await;
    assert!(matches!(failed, Err(MigrationError::Step { step: "0002_preorders", .. })));
    let at: i32 = client.query_one("select max(version) from schema_migration", &[]).await.unwrap().get(0);
    assert_eq!(at, 1);
}

#[tokio::test]
async fn a_database_that_has_the_tables_already_joins_the_chain() {
    let database = TestDatabase::empty().await;
    let mut client = database.connect().await;
    for step in &MIGRATIONS[..3] {
        client.batch_execute(step.up).await.unwrap();
    }
    assert_eq!(adopt(&mut client, 3).await.unwrap().len(), 3);
    assert_eq!(up(&mut client).await.unwrap(), MIGRATIONS[3..].iter().collect::<Vec<_>>());
}
