//! The server's cost of each file in `queries/`.

use std::collections::BTreeMap;

use pledge_testkit::plans::{self, Plan, TRANSACTION_CONTROL};
use tokio_postgres::Client;

use crate::Failure;

/// The cost of a query on tables of one size.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// The server's own estimate.
    pub cost: f64,
    /// The measured cost, if the query ran and the server counts statements.
    pub run: Option<Run>,
}

/// The mean cost of a query's runs.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub micros: f64,
    pub pages: f64,
}

/// Makes the server count statements, if it was started with the library for it (`POSTGRES_PRELOAD=pg_stat_statements`).
pub async fn start_counting(client: &Client) -> Result<(), Failure> {
    let counts = client.query_one(include_str!("../../queries/statements_are_counted.sql"), &[]).await?;
    if counts.get(0) {
        client.batch_execute("create extension pg_stat_statements").await?;
    }
    Ok(())
}

/// Returns the cost of every query, by name. Fails if one reads a growing table from end to end.
pub async fn all(client: &Client) -> Result<BTreeMap<String, Query>, Failure> {
    // Read before the plans, which count as runs.
    let runs = runs(client).await.unwrap_or_default();
    let (mut queries, mut full_reads) = (BTreeMap::new(), Vec::new());
    for (name, sql) in plans::queries(plans::STORE)? {
        if TRANSACTION_CONTROL.contains(&name.as_str()) {
            continue;
        }
        let plan = Plan::of(client, &sql).await.map_err(|error| format!("{name}: {error}"))?;
        full_reads.extend(plan.full_reads().iter().map(|read| format!("{name} reads all of {read}")));
        queries.insert(name, Query { cost: plan.cost(), run: runs.get(&plan.query_id()).copied() });
    }
    if full_reads.is_empty() { Ok(queries) } else { Err(full_reads.join("; ").into()) }
}

async fn runs(client: &Client) -> Result<BTreeMap<i64, Run>, Failure> {
    let rows = client.query(include_str!("../../queries/statements.sql"), &[]).await?;
    Ok(rows
        .iter()
        .map(|row| (row.get("queryid"), Run { micros: row.get("micros"), pages: row.get("pages") }))
        .collect())
}
