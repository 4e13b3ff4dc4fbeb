//! The same queries on big tables.

use clap::Args;

use crate::Failure;

#[derive(Args)]
pub struct Options {
    /// Rows in each of the big tables.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u32,
}

pub async fn run(options: &Options) -> Result<String, Failure> {
    Err(format!("{} rows", options.rows).into())
}
