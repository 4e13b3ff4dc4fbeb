//! `ops`: the commands with which engineers operate Pledge, so that nobody has to write SQL at night.
//!
//! A command that changes something only says what it would do, unless it is called with `--apply`. Each command can be
//! called again after an interruption, and does nothing twice. `ops --help` lists the commands, and `docs/RUNBOOK.md` says
//! when to use which.

mod arguments;
mod commands;
mod console;
mod dead_letters;
mod klaviyo;
mod lookup;
mod schema;
mod stripe;
mod tables;
mod tools;

use std::process::ExitCode;

use clap::Parser;
use pledge_runtime::Environment;

use crate::{
    arguments::{Arguments, Command},
    tools::Tools,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    console::explain_faults();
    let arguments = Arguments::parse();
    let apply = arguments.apply;
    console::exit_code(run(arguments).await, apply)
}

async fn run(arguments: Arguments) -> Result<console::Done, console::Failure> {
    // This command needs no stage.
    if let Command::Completions { shell } = arguments.command {
        console::whole(&arguments::completions(shell))?;
        return Ok(console::Done::All);
    }
    let tools = Tools::start(Environment::from_process()).await?;
    commands::run(&tools, arguments).await
}
