//! The same on big tables: plans and times of everything, the sweep with a long backlog, and the sender's throughput.

mod growth;
mod queries;
mod sender;
mod sweep;

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use pledge_testkit::TestDatabase;

use crate::Failure;

#[derive(Args)]
pub struct Options {
    /// Where the binaries are.
    #[arg(long)]
    binaries: PathBuf,
    /// Rows in each of the tables that grow: sizes to compare, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "10000,1000000")]
    rows: Vec<u32>,
    /// Rows that wait in the outbox when the sweep begins.
    #[arg(long, default_value_t = 100_000)]
    backlog: u32,
}

/// Runs all of it; fails if a query reads a table that grows from end to end.
pub async fn run(options: &Options) -> Result<String, Failure> {
    let mut sizes = Vec::new();
    let mut sweeps = String::new();
    for rows in &options.rows {
        let database = Arc::new(TestDatabase::with_history(*rows).await);
        sizes.push(growth::measure(&options.binaries, &database, *rows).await?);
        sweeps.push_str(&sweep::run(&options.binaries, database, *rows, options.backlog).await?);
    }
    let sections = [
        growth::requests_table(&sizes),
        growth::queries_table(&sizes),
        sweep::HEAD.to_owned() + &sweeps,
        sender::run(&options.binaries).await?,
    ];
    Ok(sections.join("\n"))
}
