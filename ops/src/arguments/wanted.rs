//! Arguments of `ops show` and `ops explain`.

use clap::Args;

/// The arguments of `ops show` and `ops explain`.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// A preorder's id or number, an e-mail address, a uid, an id of Stripe's (`cus_ sub_ pi_ in_ cs_ evt_ re_ dp_`), the
    /// id of a payment record, or the id of a row of the outbox.
    #[arg(value_name = "ANYTHING")]
    pub what: String,
    /// Writes JSON with every column.
    #[arg(long)]
    pub json: bool,
}

impl Wanted {
    /// Examples for the help of `ops show` and `ops explain`.
    pub const EXAMPLES: &str = "Examples:
  ops show ROL-1A2B3C4D
  ops explain reader@example.com
  ops explain pi_3NG8Du2eZvKYlo2C0aGtXfG2 --json";
}
