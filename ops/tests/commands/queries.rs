//! Tests of every file in `queries/` on a migrated database.

use std::collections::BTreeSet;

use pledge_testkit::{
    TestDatabase,
    plans::{Plan, left_over, queries},
};

const OPS: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn every_query_fits_the_schema() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    for (name, sql) in queries(OPS).unwrap() {
        if let Err(error) = client.prepare(&sql).await {
            panic!("{name}: {}", error.as_db_error().map_or("?", |refusal| refusal.message()));
        }
    }
}

/// The queries of exports, which may read all rows of a period.
const EXPORTS: [&str; 5] =
    ["export_champion_keys", "export_funnel", "export_ledger", "export_preorders", "preorders_paid_twice"];

#[tokio::test]
async fn no_query_but_an_export_reads_all_of_a_table_that_grows() {
    let database = TestDatabase::with_history(50_000).await;
    let client = database.connect().await;
    let mut full = Vec::new();
    for (name, sql) in queries(OPS).unwrap().into_iter().filter(|(name, _)| !EXPORTS.contains(&name.as_str())) {
        let plan = Plan::of(&client, &sql).await.unwrap();
        full.extend(plan.full_reads().iter().map(|read| format!("{name}: {read}")));
    }
    assert_eq!(full, [""; 0]);
}

#[test]
fn no_query_is_left_over() {
    assert_eq!(left_over(OPS).unwrap(), BTreeSet::new());
}
