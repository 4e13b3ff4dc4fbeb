//! Every file in `queries/` on a migrated database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may stop a test")]

use std::{fs, path::Path};

use pledge_testkit::TestDatabase;
use tokio_postgres::Client;

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

/// With sequential scans made unattractive, one that remains has no index that could replace it.
#[tokio::test]
async fn every_query_has_its_index() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    client.batch_execute("set enable_seqscan = off; set plan_cache_mode = force_generic_plan").await.unwrap();
    for (name, sql) in queries().into_iter().filter(|(name, _)| !TRANSACTION_CONTROL.contains(&name.as_str())) {
        let plan = plan(&client, &sql).await;
        assert!(!plan.contains("Seq Scan"), "{name}:\n{plan}");
    }
}

/// Files without a statement that has a plan.
const TRANSACTION_CONTROL: [&str; 3] = ["begin", "commit", "rollback"];

/// How the server would run the statement.
async fn plan(client: &Client, sql: &str) -> String {
    let nulls = vec!["null"; client.prepare(sql).await.unwrap().params().len()].join(", ");
    let arguments = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    client.batch_execute("deallocate all").await.unwrap();
    client.batch_execute(&format!("prepare query as {sql}")).await.unwrap();
    let lines = client.query(&format!("explain execute query{arguments}"), &[]).await.unwrap();
    lines.iter().map(|line| line.get::<_, &str>(0)).collect::<Vec<_>>().join("\n")
}

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
