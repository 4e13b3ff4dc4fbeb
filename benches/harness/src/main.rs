//! Measures the deployed binaries as Lambda runs them, and compares them with the smallest function and with Node.js.
//!
//! The systems outside the process that is measured are real or answer at once: a Lambda Runtime API, PostgreSQL, and one
//! server in place of SQS, Stripe, Klaviyo and Firebase. All rows of a table come from one run.
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

/// The reason why a measurement stopped, with what to do about it.
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
