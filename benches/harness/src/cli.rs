//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{Failure, measure, report, run, scale, subject::Subject, work::Work};

#[derive(Parser)]
#[command(about = "Measures the functions. Run it with scripts/with-postgres.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything, as Markdown.
    Table(run::Options),
    /// Round trips, statements and calls of every function: the same on every machine.
    Counts {
        /// Where the binaries are.
        #[arg(long)]
        binaries: PathBuf,
    },
    /// Plans and times of every query on big tables, the sweep and the sender.
    Scale(scale::Options),
}

/// Runs what the arguments ask for.
pub async fn run() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::Table(options) => println!("{}", report::markdown(&run::run(&options).await?)),
        Command::Scale(options) => println!("{}", scale::run(&options).await?),
        Command::Counts { binaries } => {
            for work in Work::FUNCTIONS {
                let counts = measure::counts::counts(&Subject::rust(work, &binaries)).await?;
                for (phase, count) in [("start", counts.start), ("first", counts.first), ("warm", counts.warm)] {
                    println!("{} {phase}: {count}", work.binary());
                }
            }
        }
    }
    Ok(())
}
