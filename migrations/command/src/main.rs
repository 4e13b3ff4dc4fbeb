//! `pledge-migrate up | down [steps] | status | adopt <version>` on the database of a stage.
//!
//! The database is named as it is for the functions ([`pledge_postgres::Settings::configured`]): `STAGE`, and
//! `DATABASE_URL_SECRET_ARN`, or `DATABASE_URL` in the stage `local`. The program is separate from `ops`, so that it is
//! built in a minute and can be copied to a machine that reaches the database.

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
