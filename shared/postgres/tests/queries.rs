//! Tests of every file in `queries/` on a migrated database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

use std::collections::BTreeSet;

use pledge_testkit::{
    TestDatabase,
    plans::{Plan, STORE, TRANSACTION_CONTROL, left_over, queries},
};

/// Returns name and text of every statement; a query may consist of several.
fn statements() -> Vec<(String, String)> {
    let all = queries(STORE).unwrap().into_iter();
    all.flat_map(|(name, sql)| sql.split(";\n").map(|one| (name.clone(), one.to_owned())).collect::<Vec<_>>()).collect()
}

#[tokio::test]
async fn every_query_fits_the_schema() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    for (name, sql) in statements() {
        if let Err(error) = client.prepare(&sql).await {
            panic!("{name}: {}", error.as_db_error().map_or("?", |refusal| refusal.message()));
        }
    }
}

#[tokio::test]
async fn no_query_reads_all_of_a_table_that_grows() {
    let database = TestDatabase::with_history(10_000).await;
    let client = database.connect().await;
    let mut full = Vec::new();
    for (name, sql) in statements().into_iter().filter(|(name, _)| !TRANSACTION_CONTROL.contains(&name.as_str())) {
        let plan = Plan::of(&client, &sql).await.unwrap();
        full.extend(plan.full_reads().iter().map(|read| format!("{name}: {read}")));
    }
    assert_eq!(full, [""; 0]);
}

/// A function in SQL that isn't inlined is planned anew by every statement that calls it, named or not
/// (<https://wiki.postgresql.org/wiki/Inlining_of_SQL_functions>). One in PL/pgSQL is planned once for a connection.
#[tokio::test]
async fn no_function_that_a_statement_calls_is_planned_with_every_call() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    let functions = "select proname::text from pg_proc join pg_language on pg_language.oid = prolang
        where lanname = 'sql' and pronamespace = 'public'::regnamespace";
    let functions: Vec<String> = client.query(functions, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    let statements = statements();
    let called = functions.iter().filter(|name| statements.iter().any(|(_, sql)| sql.contains(&format!("{name}("))));
    assert_eq!(called.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn no_query_is_left_over() {
    assert_eq!(left_over(STORE).unwrap(), BTreeSet::new());
}
