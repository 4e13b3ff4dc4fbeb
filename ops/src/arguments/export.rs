//! Arguments of `ops export …`.

use clap::{Args, Subcommand};
use pledge_domain::Timestamp;

use super::parse;
use crate::console::{WrongCall, words::iso};

/// The tables that `ops export` writes.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Writes a line for each preorder.
    #[command(after_help = "Example:
  ops export preorders --from 2026-10-01 --to 2026-11-01 > october.csv")]
    Preorders(Window),
    /// Writes a line for each grant of champion support.
    #[command(after_help = "Example:
  ops export ledger --from 2026-10-01 > ledger.csv")]
    Ledger(Window),
    /// Writes a line for each day and colour, with the numbers of preorders that reached each state. It has no personal
    /// data.
    #[command(after_help = "Example:
  ops export funnel --from 2026-10-01")]
    Funnel(Window),
    /// Writes a line for each day, novel and currency, with the revenue from champions' payments, spread over the time that
    /// they bought. It has no personal data.
    #[command(after_help = "Example:
  ops export revenue --from 2026-10-01 --to 2026-11-01 > october.csv")]
    Revenue(Window),
    /// Writes a line for each reader who keeps another tier or end than their payments give: the one that they were shown
    /// before access became a timeline.
    #[command(after_help = "Example:
  ops export carried-over > carried-over.csv")]
    CarriedOver,
}

/// A window of time.
#[derive(Debug, Clone, Copy, Args)]
pub struct Window {
    /// The start of the window: `2026-10-31` or `2026-10-31T12:00:00Z`, in UTC.
    #[arg(long, value_parser = parse::moment)]
    pub from: Timestamp,
    /// The end of the window, which isn't part of it; now unless given.
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
