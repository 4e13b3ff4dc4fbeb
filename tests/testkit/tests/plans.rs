//! [`pledge_testkit::plans`] recognises plans that read all of a table.

use pledge_testkit::{TestDatabase, plans::Plan};

#[tokio::test]
async fn whatever_reads_all_of_a_table_is_seen() {
    let database = TestDatabase::with_history(10_000).await;
    let client = database.connect().await;
    let bad = [
        ("select * from preorders where customer_notes = $1", "preorders"),
        ("update users set phone = $1 where display_name = $2", "users"),
        ("delete from outbox where last_error = $1", "outbox"),
        ("select count(*) from stripe_event", "stripe_event"),
        ("select id from outbox where exists (select from payment_record where description = $1)", "payment_record"),
    ];
    for (sql, expected) in bad {
        let plan = Plan::of(&client, sql).await.unwrap();
        assert!(plan.full_reads().iter().any(|read| read.starts_with(expected)), "{sql}: {plan:?}");
    }
    let good = [
        "select * from preorders where id = $1",
        // This statement reads an index that holds only rows that wait.
        "select id from outbox where sent_at is null and parked_at is null and superseded_at is null
            order by coalesce(queued_at, created_at)",
        "select * from novel_champion_tiers",
    ];
    for sql in good {
        let plan = Plan::of(&client, sql).await.unwrap();
        assert_eq!(plan.full_reads(), [""; 0], "{sql}: {plan:?}");
    }
}
