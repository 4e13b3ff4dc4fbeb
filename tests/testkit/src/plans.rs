//! The server's plans for statements, and whether a plan reads all of a table that grows with the number of customers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use serde_json::Value;
use tokio_postgres::{Client, Error, types::Type};

/// The folder of the store's crate.
pub const STORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/postgres");

/// Queries of the store that have no plan, since they control transactions.
pub const TRANSACTION_CONTROL: [&str; 5] = ["begin", "begin_with_limits", "commit", "rollback", "snapshot"];

/// Returns the SQL of every `sql!("…", "…")` in a crate's sources, by the last of the files that it names.
///
/// # Errors
/// If a file can't be read.
pub fn queries(package: &str) -> io::Result<BTreeMap<String, String>> {
    let mut queries = BTreeMap::new();
    for names in uses(package)? {
        let files = names.iter().map(|name| fs::read_to_string(format!("{package}/queries/{name}.sql")));
        let sql = files.collect::<io::Result<String>>()?;
        queries.insert(names.last().cloned().unwrap_or_default(), sql);
    }
    Ok(queries)
}

/// Returns the files in a crate's `queries/` that no `sql!("…")` names.
///
/// # Errors
/// If a file can't be read.
pub fn left_over(package: &str) -> io::Result<BTreeSet<String>> {
    let used: BTreeSet<String> = uses(package)?.into_iter().flatten().collect();
    let mut files = BTreeSet::new();
    for file in fs::read_dir(format!("{package}/queries"))? {
        files.insert(file?.path().file_stem().unwrap_or_default().to_string_lossy().into_owned());
    }
    Ok(&files - &used)
}

/// Returns the names in each `sql!("…", "…")`.
fn uses(package: &str) -> io::Result<Vec<Vec<String>>> {
    let mut sources = String::new();
    read_all(&Path::new(package).join("src"), &mut sources)?;
    let uses = sources.split("sql!(").skip(1).filter_map(|rest| rest.split_once(')'));
    let name = |name: &str| name.trim().trim_matches('"').to_owned();
    Ok(uses.map(|(names, _)| names.split(',').map(name).collect()).collect())
}

fn read_all(folder: &Path, text: &mut String) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { read_all(&path, text)? } else { text.push_str(&fs::read_to_string(path)?) }
    }
    Ok(())
}

/// Tables that grow with the number of novels and not with that of customers, or have a few rows. The server may read them
/// in any way.
const SMALL: [&str; 10] = [
    "novel_champion_tiers",
    "default_champion_tiers",
    "champion_tier_price",
    "stripe_catch_up",
    "limit_salt",
    "schema_migration",
    "pg_authid",
    "pg_auth_members",
    "pg_database",
    "erasure",
];

/// The plan of one statement. It is made without values for the parameters, so that no value makes it look good.
#[derive(Debug)]
pub struct Plan {
    explained: Value,
    partial_indexes: Vec<String>,
}

impl Plan {
    /// Has the server plan the statement. On empty tables every plan is good: see
    /// [`TestDatabase::with_history`](crate::TestDatabase::with_history).
    ///
    /// # Errors
    /// If the server doesn't take the statement.
    pub async fn of(client: &Client, sql: &str) -> Result<Self, Error> {
        let partial = client.query(include_str!("../queries/partial_indexes.sql"), &[]).await?;
        let statement = client.prepare(sql).await?;
        let types: Vec<_> = statement.params().iter().map(Type::name).collect();
        let settings = "deallocate all; set plan_cache_mode = force_generic_plan; set compute_query_id = on";
        client.batch_execute(settings).await?;
        // With the types that our statements declare: without them, some statements get another id.
        client.batch_execute(&format!("prepare planned {} as {sql}", list(&types))).await?;
        let nulls = list(&vec!["null"; types.len()]);
        let row = client.query_one(&format!("explain (verbose, format json) execute planned {nulls}"), &[]).await?;
        Ok(Self {
            explained: row.get::<_, Value>(0)[0].clone(),
            partial_indexes: partial.iter().map(|row| row.get(0)).collect(),
        })
    }

    /// Returns the cost that the server estimates, in its own unit.
    #[must_use]
    pub fn cost(&self) -> f64 {
        self.explained["Plan"]["Total Cost"].as_f64().unwrap_or(f64::NAN)
    }

    /// Returns the number by which `pg_stat_statements` knows the statement.
    #[must_use]
    pub fn query_id(&self) -> i64 {
        self.explained["Query Identifier"].as_i64().unwrap_or_default()
    }

    /// Returns the indexes in use.
    #[must_use]
    pub fn indexes(&self) -> Vec<&str> {
        nodes(&self.explained["Plan"]).into_iter().filter_map(|node| node["Index Name"].as_str()).collect()
    }

    /// Returns the growing tables, and their indexes, that the plan reads from end to end. An index with a condition
    /// (`where …`) may be read so: it has only the rows that are wanted.
    #[must_use]
    pub fn full_reads(&self) -> Vec<&str> {
        nodes(&self.explained["Plan"]).into_iter().filter_map(|node| self.read_in_full(node)).collect()
    }

    fn read_in_full<'a>(&self, node: &'a Value) -> Option<&'a str> {
        match node["Node Type"].as_str()? {
            "Seq Scan" => node["Relation Name"].as_str().filter(|table| !SMALL.contains(table)),
            "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" if node["Index Cond"].is_null() => {
                node["Index Name"].as_str().filter(|index| !self.partial_indexes.iter().any(|partial| partial == index))
            }
            _ => None,
        }
    }
}

/// Returns a list as `(a, b)`, or an empty text for an empty list.
fn list(words: &[&str]) -> String {
    if words.is_empty() { String::new() } else { format!("({})", words.join(", ")) }
}

/// Returns a node and all nodes below it.
fn nodes(node: &Value) -> Vec<&Value> {
    let below = node["Plans"].as_array().into_iter().flatten();
    [node].into_iter().chain(below.flat_map(nodes)).collect()
}
