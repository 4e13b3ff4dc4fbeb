//! Arguments of `ops person …`.

use clap::Subcommand;

/// The subcommands of `ops person`.
#[derive(Debug, Subcommand)]
pub enum Person {
    /// Writes everything that is stored about somebody as JSON.
    #[command(after_help = "Example:
  ops person export reader@example.com > reader.json")]
    Export {
        /// The e-mail address or the uid of the person.
        #[arg(value_name = "WHO")]
        who: String,
    },
    /// Erases somebody's personal data in the database, in Firebase and in Klaviyo. Payments stay, but nothing says any
    /// more whose they are. An interrupted erasure is continued. The data at Stripe is left to you: the ids to erase there
    /// are printed.
    #[command(after_help = "Examples:
  ops person erase reader@example.com            what would be forgotten
  ops person erase reader@example.com --apply    forgotten; the same again if it was interrupted")]
    Erase {
        /// The e-mail address or the uid of the person.
        #[arg(value_name = "WHO")]
        who: String,
    },
}
