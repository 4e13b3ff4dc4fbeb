//! The command line of the bench.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{
    Failure,
    measure::{self, instructions::effort},
    report, run, scale,
    subject::Subject,
    work::Work,
};

#[derive(Parser)]
#[command(about = "Measures the functions. Run it with scripts/with-postgres.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All tables, as Markdown.
    Table(run::Options),
    /// Round trips, statements and calls of every function, which are the same on every machine.
    Counts {
        /// The folder of the binaries.
        #[arg(long)]
        binaries: PathBuf,
    },
    /// Instructions, allocations and system calls of a warm request.
    Effort {
        /// The folder of the binaries.
        #[arg(long)]
        binaries: PathBuf,
        /// Measures only these, by their names in the tables.
        #[arg(long)]
        only: Vec<String>,
        /// The folder for callgrind's files, one for each program, for callgrind_annotate. The names that it needs are in
        /// the profile `profiling`.
        #[arg(long)]
        profiles: Option<PathBuf>,
    },
    /// Plans and times of every query on large tables, the sweep and the sender.
    Scale(scale::Options),
}

/// Runs the command that the arguments name.
pub async fn run() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::Table(options) => println!("{}", report::markdown(&run::run(&options).await?)),
        Command::Scale(options) => println!("{}", scale::run(&options).await?),
        Command::Effort { binaries, only, profiles } => {
            let asked = |work: &Work| only.is_empty() || only.contains(&work.name());
            for work in [Work::Hello].into_iter().chain(Work::all()).filter(asked) {
                let profile = profiles.as_ref().map(|folder| folder.join(work.name()));
                let effort = effort(&Subject::rust(work, &binaries), profile.as_deref()).await;
                match effort {
                    Some(effort) => println!("{}: {effort}", work.name()),
                    None => println!("{}: not counted, for which valgrind is needed", work.name()),
                }
            }
        }
        Command::Counts { binaries } => {
            for work in Work::all() {
                let counts = measure::counts::counts(&Subject::rust(work, &binaries)).await?;
                for (phase, count) in [("start", counts.start), ("first", counts.first), ("warm", counts.warm)] {
                    println!("{} {phase}: {count}", work.name());
                }
            }
        }
    }
    Ok(())
}
