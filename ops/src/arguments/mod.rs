//! The command line of `ops`.

mod database;
#[cfg(test)]
mod examples;
mod export;
mod import;
mod outbox;
mod parse;
mod payments;
mod person;
mod preorders;
mod reconcile;
mod stripe;
mod tiers;
mod users;
mod wanted;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
pub use database::Database;
use export::time_in_window;
pub use export::{Export, Window};
pub use import::{Champions, Import};
pub use outbox::{Correction, Dlq, Outbox, OutboxState};
pub use parse::preorder_name;
pub use payments::{Book, Given, Grant, Payments, Subscriptions};
pub use preorders::{PreorderName, Preorders, Which};
pub use stripe::{AdoptedBy, Event, Parked, Portal, Webhook};
pub use tiers::{TierSettings, Tiers};
pub use users::Users;
pub use wanted::Wanted;

pub use self::{
    person::Person,
    reconcile::{Reconcile, Resume},
};

/// The help's list of exit statuses, for scripts and schedules.
const EXIT_STATUS: &str = "Exit status:
  0  everything that was asked for, a dry run included
  1  a failure; standard error says in a sentence what and why
  2  a wrong call
  3  something is left that a person has to look at";

/// The operator's tools of Pledge.
///
/// They take the variables of the functions: STAGE, AWS_…, DATABASE_URL, STRIPE_SECRET_KEY and so on; in every stage
/// but `local`, secrets by ARN (DATABASE_URL_SECRET_ARN). Results go to standard output, progress to standard error.
#[derive(Debug, Parser)]
#[command(name = "ops", disable_help_subcommand = true, after_help = EXIT_STATUS)]
pub struct Arguments {
    /// Makes the change. Without this option, a command only says what it would do.
    #[arg(long, global = true)]
    pub apply: bool,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The endpoint to which Stripe delivers its events.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Stripe's billing portal, where readers change their card.
    #[command(subcommand)]
    Portal(Portal),
    /// Stripe events that were recorded, but could not be applied.
    #[command(subcommand)]
    Parked(Parked),
    /// Announcements for Klaviyo.
    #[command(subcommand)]
    Outbox(Outbox),
    /// The dead-letter queue of the sender.
    #[command(subcommand)]
    Dlq(Dlq),
    /// Single Stripe events: recording them again, and giving them to a reader or a preorder.
    #[command(subcommand)]
    Event(Event),
    /// Compares the database with Stripe and Klaviyo, and records what is missing. Exits with status 3 if differences are
    /// left.
    #[command(after_help = Reconcile::EXAMPLES)]
    Reconcile(Reconcile),
    /// The tiers of a novel: what a month of support costs.
    #[command(subcommand)]
    Tiers(Tiers),
    /// Shows everything that an id, a number or an address leads to.
    #[command(after_help = Wanted::EXAMPLES)]
    Show(Wanted),
    /// Tells what happened to the things that `show` shows, in the order of time: from the form to Klaviyo, with the effect
    /// of each event and its reason.
    #[command(after_help = Wanted::EXAMPLES)]
    Explain(Wanted),
    /// Preorders: holding them back, releasing them and marking them as sent.
    #[command(subcommand)]
    Preorders(Preorders),
    /// Payments: those that were made twice, and those that were made elsewhere.
    #[command(subcommand)]
    Payments(Payments),
    /// Subscriptions that somebody has to end.
    #[command(subcommand)]
    Subscriptions(Subscriptions),
    /// Gives a reader time for free, such as time that had run before its payment was recorded.
    #[command(after_help = Grant::EXAMPLES)]
    Grant(Grant),
    /// The database server: who is connected, and who may sign in.
    #[command(subcommand)]
    Database(Database),
    /// The data of one person: writing it to a file, and forgetting it.
    #[command(subcommand)]
    Person(Person),
    /// People: preorders without an owner, files of people, and two users who are one person.
    #[command(subcommand)]
    Users(Users),
    /// Data from an older system.
    #[command(subcommand)]
    Import(Import),
    /// Prints what a shell needs to complete this program's commands: `source <(ops completions bash)`.
    #[command(after_help = "Examples:
  ops completions bash > ops.bash
  ops completions zsh > _ops")]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Tables as CSV on standard output. They hold personal data, unless said otherwise.
    #[command(subcommand)]
    Export(Export),
}

/// The number of rows to look at.
#[derive(Debug, Clone, Copy, Args)]
pub struct Limit {
    /// The most rows to show or to take.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..))]
    pub limit: i64,
}

/// Returns the script with which a shell completes this program's commands. `clap_complete` panics if what it writes to
/// fails, and memory doesn't.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ops", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use pledge_domain::Timestamp;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_declaration_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_shell_has_completions_that_know_the_commands() {
        for shell in Shell::value_variants() {
            let text = String::from_utf8(completions(*shell)).unwrap();
            assert!(text.contains("refund-duplicate") && text.contains("completions"), "{shell}");
        }
    }

    #[test]
    fn nothing_is_done_unless_told() {
        assert!(!parse("ops outbox requeue --all").unwrap().apply);
        assert!(parse("ops outbox requeue --all --apply").unwrap().apply);
        assert!(parse("ops --apply outbox requeue --all").unwrap().apply);
    }

    #[test]
    fn what_to_requeue_must_be_said() {
        for line in
            ["ops parked requeue", "ops parked requeue evt_1 --all", "ops outbox requeue", "ops parked requeue in_1"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_window_has_some_time_in_it() {
        let now = Timestamp::from_unix_timestamp(1_793_404_800).unwrap();
        let window = |line: &str| match parse(line).unwrap().command {
            Command::Reconcile(reconcile) => reconcile.window(now),
            Command::Export(Export::Funnel(window)) => window.bounds(now),
            other => panic!("{other:?}"),
        };
        for line in ["ops reconcile --from 2026-10-31 --to 2026-10-30", "ops export funnel --from 2026-11-01"] {
            assert!(window(line).is_err(), "{line}");
        }
        let (from, to) = window("ops reconcile").unwrap();
        assert_eq!((to - from).whole_days(), 30);
    }

    #[test]
    fn a_comparison_goes_on_in_a_part_that_there_is() {
        let resume = |text: &str| match parse(&format!("ops reconcile --resume {text}"))?.command {
            Command::Reconcile(reconcile) => Ok(reconcile.resume.unwrap()),
            other => panic!("{other:?}"),
        };
        let after =
            |text: &str| resume(text).map(|resume: Resume| (resume.part, resume.after)).map_err(|_: clap::Error| ());
        assert_eq!(after("invoices:in_1"), Ok(("invoices".to_owned(), Some("in_1".to_owned()))));
        assert_eq!(after("refunds"), Ok(("refunds".to_owned(), None)));
        assert_eq!(after("customers"), Err(()));
    }

    #[test]
    fn a_window_begins_at_a_day_or_a_time() {
        let from = |text: &str| match parse(&format!("ops reconcile --from {text}")).unwrap().command {
            Command::Reconcile(reconcile) => reconcile.from.unwrap().unix_timestamp(),
            other => panic!("{other:?}"),
        };
        assert_eq!(from("2026-10-31"), 1_793_404_800);
        assert_eq!(from("2026-10-31T02:00:00+02:00"), 1_793_404_800);
        assert!(parse("ops reconcile --from yesterday").is_err());
        assert!(parse("ops export funnel").is_err());
    }
}
