//! Measurements on large tables: plans and times of every query, the sweep with a long backlog, the sender's throughput,
//! and the throughput from Stripe's event to Klaviyo.

mod growth;
mod queries;
mod sender;
mod sweep;
mod throughput;

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use pledge_testkit::TestDatabase;

use crate::Failure;

#[derive(Args)]
pub struct Options {
    /// The folder of the binaries.
    #[arg(long)]
    binaries: PathBuf,
    /// The sizes of the growing tables to compare, in rows, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "10000,1000000")]
    rows: Vec<u32>,
    /// The number of rows that wait in the outbox when the sweep begins.
    #[arg(long, default_value_t = 100_000)]
    backlog: u32,
    /// The number of requests of each kind. The first third loads the tables' pages into memory and isn't measured.
    #[arg(long, default_value_t = 150)]
    requests: u32,
    /// The sizes of the sender's batches, separated by commas. SQS delivers a hundred at most.
    #[arg(long, value_delimiter = ',', default_value = "1,10,25,100")]
    batches: Vec<u32>,
    /// The greatest number of batches of each size.
    #[arg(long, default_value_t = 20)]
    batches_of_each: u32,
    /// The number of payments that go from Stripe's event to Klaviyo, for each number of environments.
    #[arg(long, default_value_t = 4000)]
    payments: u32,
}

/// Runs all measurements. Fails if a query reads a growing table from end to end.
pub async fn run(options: &Options) -> Result<String, Failure> {
    let mut sizes = Vec::new();
    let mut sweeps = String::new();
    for rows in &options.rows {
        let database = Arc::new(TestDatabase::with_history(*rows).await);
        sizes.push(growth::measure(options, &database, *rows).await?);
        sweeps.push_str(&sweep::run(&options.binaries, database, *rows, options.backlog).await?);
    }
    let sections = [
        growth::requests_table(&sizes),
        growth::queries_table(&sizes),
        sweep::HEAD.to_owned() + &sweeps,
        sender::run(options).await?,
        throughput::run(options).await?,
    ];
    Ok(sections.join("\n"))
}
