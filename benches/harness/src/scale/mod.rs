//! The same on big tables: plans and times of everything, the sweep with a long backlog, and the sender's throughput.

mod growth;
mod plans;
mod sender;

use std::path::PathBuf;

use clap::Args;

use crate::Failure;

#[derive(Args)]
pub struct Options {
    /// Where the binaries are.
    #[arg(long)]
    binaries: PathBuf,
    /// Rows in each of the tables that grow.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u32,
    /// Rows that wait in the outbox when the sweep begins.
    #[arg(long, default_value_t = 100_000)]
    backlog: u32,
}

/// Runs all of it; fails if a query reads a table that grows from end to end.
pub async fn run(options: &Options) -> Result<String, Failure> {
    let sections = [
        growth::run(&options.binaries, options.rows).await?,
        plans::run(options.rows).await?,
        sender::run(&options.binaries, options.backlog).await?,
    ];
    Ok(sections.join("\n"))
}

/// Fills the tables that grow.
async fn fill(database: &tokio_postgres::Client, rows: u32) -> Result<(), Failure> {
    let sql = include_str!("../../queries/history.sql").replace(":count", &rows.to_string());
    // One at a time, since `vacuum` can't be part of a transaction, which several statements in one message are.
    for statement in sql.split(";\n") {
        database.batch_execute(statement).await?;
    }
    Ok(())
}
