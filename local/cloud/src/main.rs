//! `pledge-local`: runs the local cloud from the command line.
//!
//! - `pledge-local` (or `pledge-local run`) starts the cloud and stops it on Ctrl-C;
//! - `pledge-local exec COMMAND…` runs a command beside a cloud of its own, which `PLEDGE_ENDPOINTS` leads to;
//! - `pledge-local deploy` brings newly built functions into the cloud that runs;
//! - `pledge-local env` prints the variables with which a program outside joins it, and writes them to files.

mod commands;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        [] | ["run"] => commands::run().await,
        ["exec", program, arguments @ ..] => commands::exec(program, arguments).await,
        ["deploy"] => commands::deploy().await,
        ["env"] => commands::env(),
        _ => {
            _ = writeln!(io::stderr(), "usage: pledge-local [run | exec COMMAND [ARGUMENT…] | deploy | env]");
            return ExitCode::from(2);
        }
    };
    result.unwrap_or_else(|error| {
        let mut reasons = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            reasons.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        _ = writeln!(io::stderr(), "pledge-local: {reasons}");
        ExitCode::FAILURE
    })
}
