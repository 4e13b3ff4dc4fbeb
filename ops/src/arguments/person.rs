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
    /// Forgets somebody: here, in Firebase and in Klaviyo. Payments stay, without what says whose they are. Goes on where an
    /// erasure was interrupted. Stripe's part is left to you, and is printed.
    #[command(after_help = "Examples:
  ops person erase reader@example.com            what would be forgotten
  ops person erase reader@example.com --apply    forgotten; the same again if it was interrupted")]
    Erase {
        /// The e-mail address or the uid of the person.
        #[arg(value_name = "WHO")]
        who: String,
    },
}
