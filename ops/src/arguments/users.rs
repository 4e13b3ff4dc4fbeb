//! Arguments of `ops users …`.

use std::path::PathBuf;

use clap::Subcommand;
use pledge_domain::ids::UserId;

use super::{Limit, parse};

/// The subcommands of `ops users`.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Gives preorders without an owner to the Firebase accounts of their addresses, and makes missing accounts. An address
    /// that an account claims without having proven it is left out. The limit counts the preorders that are given.
    #[command(after_help = "Examples:
  ops users link                          who would get what
  ops users link --limit 100 --apply")]
    Link(Limit),
    /// Takes people over from a Firebase export (`firebase auth:export users.json`), or from CSV with the columns uid,
    /// email, email_verified, display_name, photo_url, phone, marketing_consent. Values that are stored already stay.
    #[command(after_help = "Example:
  ops users import users.json --apply")]
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Gives everything of one user to another: preorders, payments, subscriptions. From then on, the former uid stands for
    /// the successor's. If both have a live subscription to the same novel, nothing is merged until one of the two has
    /// ended.
    #[command(after_help = "Example:
  ops users merge V1StGXR8Z5jdHi6B Uakgb0J5m9g0JDMb --apply    the second one has everything then")]
    Merge {
        /// The user who has everything now.
        #[arg(value_parser = parse::user_id)]
        former: UserId,
        /// The user who gets everything.
        #[arg(value_parser = parse::user_id)]
        successor: UserId,
    },
}
