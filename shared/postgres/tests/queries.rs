//! Every file in `queries/` on a migrated database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

use std::{fs, path::Path};

use pledge_testkit::{TestDatabase, plans::Plan};

/// Name and statement of every query; a file may hold several statements.
fn queries() -> Vec<(String, String)> {
    let folder = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/queries")).unwrap();
    let mut queries = Vec::new();
    for file in folder {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let sql = fs::read_to_string(path).unwrap();
        queries.extend(sql.split(";\n").map(|statement| (name.clone(), statement.to_owned())));
    }
    queries.sort();
    queries
}

#[tokio::test]
async fn every_query_fits_the_schema() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    for (name, sql) in queries() {
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
    for (name, sql) in queries().into_iter().filter(|(name, _)| !TRANSACTION_CONTROL.contains(&name.as_str())) {
        let plan = Plan::of(&client, &sql).await.unwrap();
        full.extend(plan.full_reads().iter().map(|read| format!("{name}: {read}")));
    }
    assert_eq!(full, [""; 0]);
}

/// Files without a statement that has a plan.
const TRANSACTION_CONTROL: [&str; 5] = ["begin", "begin_with_limits", "commit", "rollback", "snapshot"];

#[test]
fn no_query_is_left_over() {
    fn sources(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, text);
            } else {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut text);
    for (name, _) in queries() {
        assert!(text.contains(&format!("sql!(\"{name}\")")), "nobody uses queries/{name}.sql");
    }
}
