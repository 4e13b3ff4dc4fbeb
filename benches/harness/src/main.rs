//! Measures the deployed binaries as Lambda runs them, beside the least that a function can do and beside Node.js.
//!
//! Everything outside the process under measure is real or answers at once: a Lambda Runtime API, PostgreSQL, and one
//! server in the place of SQS, Stripe, Klaviyo and Firebase. All rows of a table come from the same run.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    reason = "a tool that prints statistics, and what stopped it"
)]

mod cli;
mod function;
mod machine;
mod measure;
mod outside;
mod report;
mod run;
mod scale;
mod stats;
mod subject;
mod work;

use std::{error::Error, process::ExitCode};

/// Whatever stops a measurement; the text says what to do.
type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("pledge-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}
