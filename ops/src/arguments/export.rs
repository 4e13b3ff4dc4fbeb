//! Arguments of `ops export …`.

use clap::{Args, Subcommand};
use pledge_domain::Timestamp;

use super::parse;
use crate::console::{WrongCall, words::iso};

/// The tables that `ops export` writes.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// A line for each preorder.
    #[command(after_help = "Example:
  ops export preorders --from 2026-10-01 --to 2026-11-01 > october.csv")]
    Preorders(Window),
    /// A line for each grant of champion support.
    #[command(after_help = "Example:
  ops export ledger --from 2026-10-01 > ledger.csv")]
    Ledger(Window),
    /// A line for each day and colour: how many preorders got how far. No personal data.
    #[command(after_help = "Example:
  ops export funnel --from 2026-10-01")]
    Funnel(Window),
    /// A line for each day, novel and currency: what champions' payments brought, spread over the time that they bought.
    /// No personal data.
    #[command(after_help = "Example:
  ops export revenue --from 2026-10-01 --to 2026-11-01 > october.csv")]
    Revenue(Window),
    /// A line for each reader who was shown another tier or end, when access became a timeline, than their payments come
    /// to. What was shown is honoured.
    #[command(after_help = "Example:
  ops export carried-over > carried-over.csv")]
    CarriedOver,
}

/// A window of time.
#[derive(Debug, Clone, Copy, Args)]
pub struct Window {
    /// Made at this time or later: `2026-10-31` or `2026-10-31T12:00:00Z`, in UTC.
    #[arg(long, value_parser = parse::moment)]
    pub from: Timestamp,
    /// Made before this time; now unless given.
    #[arg(long, value_parser = parse::moment)]
    pub to: Option<Timestamp>,
}

impl Window {
    /// Returns the window's beginning and end, given the present time. Without `--to`, the window includes the present
    /// second.
    ///
    /// # Errors
    /// [`WrongCall`] if the window ends before it begins.
    pub fn bounds(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), WrongCall> {
        time_in_window(self.from, self.to.unwrap_or(now + time::Duration::SECOND))
    }
}

/// Returns the two times as a window. Fails if it ends before it begins.
pub(super) fn time_in_window(from: Timestamp, to: Timestamp) -> Result<(Timestamp, Timestamp), WrongCall> {
    if from < to {
        return Ok((from, to));
    }
    Err(WrongCall(format!("the window ends at {}, before it begins at {}", iso(to), iso(from))))
}
