//! `pledge-migrations up | down [steps] | status | adopt <version>` on the database in `DATABASE_URL`.
//!
//! TLS as `sslmode` in the URL says; `PGSSLROOTCERT` names a PEM file with authorities besides Mozilla's.

mod command;
mod connect;
mod report;

use std::process::ExitCode;

use crate::command::Command;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let command = match Command::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(usage) => return report::usage(&usage),
    };
    match command.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::failure(error.as_ref()),
    }
}
