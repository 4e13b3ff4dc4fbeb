//! Arguments of `ops import …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pledge_domain::Timestamp;

use super::parse;

/// The subcommands of `ops import`.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Readers' support of novels, from CSV of three tables of the system before this one. The tier and the end that a
    /// reader was shown are kept; what they paid becomes history. Can be repeated. Prints the rows that match nobody.
    /// docs/MIGRATING.md is the guide.
    #[command(after_help = r"Example:
  ops import champions --taken-over-at 2026-10-31T02:00:00Z --subscriptions subscriptions.tsv \
    --records records.tsv --payments payments.tsv --readers readers.tsv --apply")]
    Champions(Champions),
    /// Preorders that nobody paid, from CSV of the table of the system before this one. Their customers can go on and
    /// pay. Paid ones come from Stripe (`ops reconcile`). Nothing is announced. Can be repeated. docs/MIGRATING.md is the
    /// guide.
    #[command(after_help = "Example:
  ops import preorders preorders.csv --apply")]
    Preorders {
        /// The table, with a line of column names first: id, email, color, status, created_at, and if they are there, locale
        /// and user_id. Times are UTC.
        file: PathBuf,
    },
}

/// The tables of the system before this one, each with a line of column names first: CSV, or with tabs as
/// `mysql --batch` writes them. Times are UTC.
#[derive(Debug, Clone, Args)]
pub struct Champions {
    /// The time at which that system was stopped and the tables were exported. Payments from before are settled.
    #[arg(long, value_parser = parse::moment)]
    pub taken_over_at: Timestamp,
    /// `user_champion_subscription`: what each reader has.
    #[arg(long)]
    pub subscriptions: PathBuf,
    /// `user_champion_subscription_record`: why they have it.
    #[arg(long)]
    pub records: PathBuf,
    /// `payment_record`: what was paid.
    #[arg(long)]
    pub payments: PathBuf,
    /// Readers here: CSV with the columns user_id (the older system's), and uid or email or both. Without it the older
    /// system's user_id must be the uid.
    #[arg(long)]
    pub readers: Option<PathBuf>,
}
