//! Arguments of `ops preorders …`.

use std::{fmt, path::PathBuf};

use clap::{Args, Subcommand};
use pledge_domain::ids::PreorderId;

use super::parse;

/// The subcommands of `ops preorders`.
#[derive(Debug, Subcommand)]
pub enum Preorders {
    /// Shows preorders whose pay page has expired without an event that says how it ended: Stripe's event is missing.
    #[command(after_help = "Example:
  ops preorders stuck")]
    Stuck,
    /// Holds preorders back: until they are released, the export has them as held, so that they aren't sent.
    #[command(after_help = r#"Example:
  ops preorders hold ROL-1B9D6BCD --reason "asks for another colour" --apply"#)]
    Hold {
        /// The preorders.
        #[command(flatten)]
        which: Which,
        /// The reason, which the export shows.
        #[arg(long, value_parser = parse::reason)]
        reason: String,
    },
    /// Releases preorders that were held back, so that they can be sent. A disputed preorder can't be sent before the bank
    /// has decided.
    #[command(after_help = "Example:
  ops preorders release ROL-1B9D6BCD --apply")]
    Release {
        /// The preorders.
        #[command(flatten)]
        which: Which,
    },
    /// Marks preorders as sent. Only preorders that are paid, not held and not disputed can be sent.
    #[command(after_help = "Examples:
  ops preorders fulfil ROL-1B9D6BCD ROL-2C0E7CDE --apply
  ops preorders fulfil --file sent.txt --apply              a number on each line")]
    Fulfil {
        /// The preorders.
        #[command(flatten)]
        which: Which,
    },
}

/// The preorders that a command is about.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// Ids or numbers of preorders.
    #[arg(value_parser = parse::preorder_name)]
    pub preorders: Vec<PreorderName>,
    /// A file with an id or a number on each line; `-` is standard input.
    #[arg(long)]
    pub file: Option<PathBuf>,
}

/// An id or a number by which a preorder is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreorderName {
    /// The id of the preorder.
    Id(PreorderId),
    /// The number for people: `ROL-` and eight characters. Two preorders may have the same number.
    Number(String),
}

impl fmt::Display for PreorderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Number(number) => f.write_str(number),
        }
    }
}
