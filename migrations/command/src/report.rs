//! The program's output.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people and scripts talks on its streams")]

use std::{error::Error, process::ExitCode};

use pledge_migrations::{Migration, State, StepStatus};
use tokio_postgres::error::DbError;

use crate::command::Usage;

/// The exit status of a wrong call, as shells use it.
const EXIT_USAGE: u8 = 2;

pub fn usage(Usage: &Usage) -> ExitCode {
    eprintln!("usage: pledge-migrate up | down [steps] | status | adopt <version>");
    ExitCode::from(EXIT_USAGE)
}

pub fn steps(done: &str, steps: &[&Migration]) {
    if steps.is_empty() {
        println!("nothing to do");
    }
    for step in steps {
        println!("{done} {}", step.name);
    }
}

pub fn status(steps: &[StepStatus]) {
    for StepStatus { version, migration, state } in steps {
        let name = migration.map_or_else(|| format!("{version:04} (unknown to this program)"), |step| step.name.into());
        let state = match state {
            State::Pending => "pending",
            State::Applied { .. } => "applied",
            State::Changed { .. } => "CHANGED since it was applied",
        };
        println!("{name}: {state}");
    }
}

/// Prints an error with its causes. Of an error of the database, it prints the code and the message only, since the details
/// may quote rows.
pub fn failure(error: &(dyn Error + 'static)) -> ExitCode {
    let mut next = Some(error);
    while let Some(cause) = next {
        match cause.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::as_db_error) {
            Some(refusal) => {
                eprintln!("{}: {}", DbError::code(refusal).code(), refusal.message());
                break;
            }
            None => eprintln!("{cause}"),
        }
        next = cause.source();
    }
    ExitCode::FAILURE
}
