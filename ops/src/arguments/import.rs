//! Arguments of `ops import …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pledge_domain::Timestamp;

use super::parse;

/// What can be taken over from an older system.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Readers' support of novels, from CSV of three tables of the system before this one. What readers were shown is
    /// honoured, what they paid for it is history. Repeatable; says what it can't match. docs/MIGRATING.md is the guide.
    #[command(after_help = r"Example:
  ops import champions --taken-over-at 2026-10-31T02:00:00Z --subscriptions subscriptions.tsv \
    --records records.tsv --payments payments.tsv --readers readers.tsv --apply")]
    Champions(Champions),
    /// Preorders that nobody paid, from CSV of the table of the system before this one: their forms aren't lost, and who goes
    /// on can pay. What was paid comes from Stripe (`ops reconcile`). Nothing is announced. Repeatable; docs/MIGRATING.md is
    /// the guide.
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
    /// When that system was stopped, and the tables were exported. What was paid before is settled.
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
    /// Who the readers are here: CSV with the columns user_id (the older system's), and uid or email or both. Without it
    /// the older system's user_id must be the uid.
    #[arg(long)]
    pub readers: Option<PathBuf>,
}
