//! Arguments of `ops import …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pledge_domain::Timestamp;

use super::parse;

/// The subcommands of `ops import`.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Carries readers' support of novels over from CSV of three tables of the system before this one. Readers keep the
    /// tier and the end that they were shown, and their payments become history. Prints the rows that match nobody. It
    /// can be repeated. docs/MIGRATING.md is the guide.
    #[command(after_help = r"Example:
  ops import champions --carried-over-at 2026-10-31T02:00:00Z --subscriptions subscriptions.tsv \
    --records records.tsv --payments payments.tsv --readers readers.tsv --apply")]
    Champions(Champions),
    /// Imports unpaid preorders from CSV of the table of the system before this one, so that their customers can still
    /// pay. Paid ones come from Stripe (`ops reconcile`). Nothing is announced. It can be repeated. docs/MIGRATING.md is
    /// the guide.
    #[command(after_help = "Example:
  ops import preorders preorders.csv --apply")]
    Preorders {
        /// The table, with a line of column names first: id, email, color, status, created_at, and, if it has them, locale
        /// and user_id. Times are UTC.
        file: PathBuf,
    },
}

/// The tables of the system before this one, each with a line of column names first: CSV, or with tabs as
/// `mysql --batch` writes them. Times are UTC.
#[derive(Debug, Clone, Args)]
pub struct Champions {
    /// The time at which that system was stopped and the tables were exported. Payments that were made before it are
    /// settled.
    #[arg(long, value_parser = parse::moment)]
    pub carried_over_at: Timestamp,
    /// The table `user_champion_subscription`: each reader's support.
    #[arg(long)]
    pub subscriptions: PathBuf,
    /// The table `user_champion_subscription_record`: the grants that made up the support.
    #[arg(long)]
    pub records: PathBuf,
    /// The table `payment_record`: the payments.
    #[arg(long)]
    pub payments: PathBuf,
    /// A file that says who the readers are here: CSV with the column user_id, which is the older system's, and uid or
    /// email or both. Without the file, the older system's user_id must be the uid.
    #[arg(long)]
    pub readers: Option<PathBuf>,
}
