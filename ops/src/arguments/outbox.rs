//! Arguments of `ops outbox …` and `ops dlq …`, which are about announcements for Klaviyo.

use clap::{Args, Subcommand, ValueEnum};
use pledge_domain::{email::Email, ids::OutboxId, outbox::PhoneNumber};

use super::{Limit, parse};

/// The subcommands of `ops outbox`.
#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// Shows rows that are not sent, oldest first.
    #[command(after_help = "Examples:
  ops outbox list
  ops outbox list --state parked --limit 20")]
    List {
        /// The state of the rows.
        #[arg(long, default_value = "all")]
        state: OutboxState,
        /// The number of rows.
        #[command(flatten)]
        limit: Limit,
    },
    /// Queues unsent rows again, parked ones included.
    #[command(after_help = "Examples:
  ops outbox requeue 6f9619ff-8b86-4d01-b42d-00cf4fc964ff --apply
  ops outbox requeue --all --apply                    all that are parked
  ops outbox requeue --all --state waiting --apply")]
    Requeue {
        /// The ids of the rows.
        #[arg(value_parser = parse::outbox_id, required_unless_present = "all", conflicts_with = "all")]
        rows: Vec<OutboxId>,
        /// Queues all rows in the state.
        #[arg(long)]
        all: bool,
        /// The state of the rows, with `--all`.
        #[arg(long, default_value = "parked", conflicts_with = "rows")]
        state: OutboxState,
    },
    /// Corrects the address or the telephone number in rows, and queues them again. Rows that are sent already don't
    /// change, and neither does the address of the preorder or the reader whom the rows are about.
    #[command(after_help = r#"Examples:
  ops outbox edit 6f9619ff-8b86-4d01-b42d-00cf4fc964ff --phone "+852 5123 4567" --apply
  ops outbox edit 6f9619ff-8b86-4d01-b42d-00cf4fc964ff --email reader@example.com --no-phone --apply"#)]
    Edit {
        /// The ids of the rows.
        #[arg(value_parser = parse::outbox_id, required = true)]
        rows: Vec<OutboxId>,
        /// The correction.
        #[command(flatten)]
        correction: Correction,
    },
}

/// Corrections of the address and the telephone number in rows of the outbox.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct Correction {
    /// The correct e-mail address.
    #[arg(long, value_parser = parse::email)]
    pub email: Option<Email>,
    /// The correct telephone number, with its country: `+852 5123 4567`.
    #[arg(long, value_parser = parse::phone, conflicts_with = "no_phone")]
    pub phone: Option<PhoneNumber>,
    /// Removes the telephone number.
    #[arg(long)]
    pub no_phone: bool,
}

/// The state by which rows that aren't sent are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutboxState {
    /// Klaviyo refused the row for good.
    Parked,
    /// The row is on its way, or will be found by the sweep.
    Waiting,
    /// Rows that are parked and rows that wait.
    All,
}

/// The subcommands of `ops dlq`.
#[derive(Debug, Subcommand)]
pub enum Dlq {
    /// Shows messages, and the state of the outbox rows that they name. While messages are read, they are hidden from
    /// others.
    #[command(after_help = "Example:
  ops dlq list")]
    List(Limit),
    /// Moves messages back into the sender's queue. Those whose rows are settled are removed instead.
    #[command(after_help = "Examples:
  ops dlq redrive --apply
  ops dlq redrive --discard-unreadable --apply")]
    Redrive {
        /// Also removes messages that can't be read. No announcement is lost with them, since the sweep finds every row
        /// that waits.
        #[arg(long)]
        discard_unreadable: bool,
    },
}
