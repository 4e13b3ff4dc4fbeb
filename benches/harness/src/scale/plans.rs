//! How the server runs each file in `queries/`.

use std::{collections::BTreeSet, fs, path::Path};

use pledge_testkit::TestDatabase;
use tokio_postgres::Client;

use crate::{Failure, scale::fill};

const QUERIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/postgres/queries");

/// Tables that don't grow with the business: the server may read them as it likes.
const SMALL: [&str; 1] = ["novel_champion_tiers"];

/// Files without a statement that has a plan.
const TRANSACTION_CONTROL: [&str; 3] = ["begin", "commit", "rollback"];

pub async fn run(rows: u32) -> Result<String, Failure> {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    fill(&client, rows).await?;
    // As for a statement that is parsed once and told its values later, so that no value makes a plan look good.
    client.batch_execute("set plan_cache_mode = force_generic_plan").await?;
    let (mut queries, mut indices, mut scans) = (0, BTreeSet::new(), Vec::new());
    for entry in fs::read_dir(QUERIES)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if TRANSACTION_CONTROL.contains(&name.as_str()) {
            continue;
        }
        let plan = plan(&client, &path).await.map_err(|error| format!("{name}: {error}"))?;
        queries += 1;
        indices.extend(plan.iter().filter_map(|line| word_after(line, " using ")).map(str::to_owned));
        let scanned =
            plan.iter().filter_map(|line| word_after(line, "Seq Scan on ")).filter(|table| !SMALL.contains(table));
        scans.extend(scanned.map(|table| format!("{name} reads all of {table}")));
    }
    if !scans.is_empty() {
        return Err(scans.join("; ").into());
    }
    Ok(format!(
        "{queries} queries on {rows} rows in each table: no sequential scan; {} indexes in use.\n",
        indices.len()
    ))
}

async fn plan(client: &Client, file: &Path) -> Result<Vec<String>, Failure> {
    let sql = fs::read_to_string(file)?;
    let parameters = client.prepare(&sql).await?.params().len();
    let nulls = vec!["null"; parameters].join(", ");
    let arguments = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    client.batch_execute(&format!("deallocate all; prepare query as {sql}")).await?;
    let lines = client.query(&format!("explain execute query{arguments}"), &[]).await?;
    Ok(lines.iter().map(|line| line.get(0)).collect())
}

fn word_after<'a>(line: &'a str, label: &str) -> Option<&'a str> {
    line.split(label).nth(1)?.split_whitespace().next()
}
