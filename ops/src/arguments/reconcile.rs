//! `ops reconcile …`

use clap::Args;
use pledge_domain::Timestamp;

use super::{parse::moment, time_in_window};
use crate::{commands::reconcile::PARTS, console::WrongCall};

/// Without `--from`, so far back: as long as Stripe keeps the events that say the same.
const WINDOW: time::Duration = time::Duration::days(30);

/// What to compare.
#[derive(Debug, Clone, Args)]
pub struct Reconcile {
    /// What happened at this time or later: `2026-10-31` or `2026-10-31T12:00:00Z`, in UTC; 30 days before the end unless
    /// given. Older objects are looked at as far back as something may have happened to them in the window.
    #[arg(long, value_parser = moment)]
    pub from: Option<Timestamp>,
    /// What happened before this time; now unless given.
    #[arg(long, value_parser = moment)]
    pub to: Option<Timestamp>,
    /// Goes on where a comparison stopped, which says what to give here: a part, and the last object that was compared.
    #[arg(long, value_name = "PART[:ID]", value_parser = resume)]
    pub resume: Option<Resume>,
}

/// Where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// One of [`PARTS`].
    pub part: String,
    /// The last object of it that was compared.
    pub after: Option<String>,
}

impl Resume {
    /// Returns the place before anything was compared.
    pub fn from_the_beginning() -> Self {
        Self { part: PARTS[0].to_owned(), after: None }
    }
}

impl Reconcile {
    /// For the help.
    pub const EXAMPLES: &str = "Examples:
  ops reconcile                              what differs, of the last 30 days
  ops reconcile --from 2026-10-31 --apply    the same since that day, and applies what is missing

The key needs to read Checkout sessions, subscriptions, invoices, payments, refunds and disputes; with KLAVIYO_API_KEY,
which needs to read events and metrics, what Klaviyo was told is compared too.";

    /// Returns the window's beginning and end, if now is this.
    ///
    /// # Errors
    /// [`WrongCall`] if it ends before it begins.
    pub fn window(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), WrongCall> {
        // What happened in this second lies before it.
        let to = self.to.unwrap_or(now + time::Duration::SECOND);
        time_in_window(self.from.unwrap_or(to - WINDOW), to)
    }
}

fn resume(text: &str) -> Result<Resume, String> {
    let (part, after) = match text.split_once(':') {
        Some((part, after)) => (part, Some(after.to_owned())),
        None => (text, None),
    };
    if PARTS.contains(&part) {
        Ok(Resume { part: part.to_owned(), after })
    } else {
        Err(format!("must begin with one of {}", PARTS.join(", ")))
    }
}
