//! Arguments of `ops reconcile`.

use clap::Args;
use pledge_domain::Timestamp;

use super::{parse::moment, time_in_window};
use crate::{commands::reconcile::PARTS, console::WrongCall};

/// The length of the window without `--from`: Stripe keeps events for 30 days.
const WINDOW: time::Duration = time::Duration::days(30);

/// The arguments of `ops reconcile`.
#[derive(Debug, Clone, Args)]
pub struct Reconcile {
    /// The start of the window: `2026-10-31` or `2026-10-31T12:00:00Z`, in UTC; 30 days before the end unless given. Older
    /// objects are compared too, as far back as something may still have happened to them in the window.
    #[arg(long, value_parser = moment)]
    pub from: Option<Timestamp>,
    /// The end of the window; now unless given.
    #[arg(long, value_parser = moment)]
    pub to: Option<Timestamp>,
    /// Continues a comparison that stopped. Its message says what to give here: a part, and the last object that was
    /// compared.
    #[arg(long, value_name = "PART[:ID]", value_parser = resume)]
    pub resume: Option<Resume>,
}

/// The place from which a comparison goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The name of the part, one of [`PARTS`].
    pub part: String,
    /// The last object of the part that was compared.
    pub after: Option<String>,
}

impl Resume {
    /// Returns the place at which nothing has been compared yet.
    pub fn from_the_beginning() -> Self {
        Self { part: PARTS[0].to_owned(), after: None }
    }
}

impl Reconcile {
    /// Examples for the help of `ops reconcile`.
    pub const EXAMPLES: &str = "Examples:
  ops reconcile                              what differs, of the last 30 days
  ops reconcile --from 2026-10-31 --apply    the same since that day, and applies what is missing

The key needs to read Checkout sessions, subscriptions, invoices, payments, refunds and disputes; with KLAVIYO_API_KEY,
which needs to read events and metrics, what Klaviyo was told is compared too.";

    /// Returns the window's beginning and end, given the present time.
    ///
    /// # Errors
    /// [`WrongCall`] if the window ends before it begins.
    pub fn window(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), WrongCall> {
        // The present second is included.
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
