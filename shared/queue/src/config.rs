//! The variable of this adapter: the queue that the sender reads.

use pledge_runtime::Parser;

/// The queue to which messages are written.
#[derive(Debug, Clone)]
pub struct Config {
    /// `KLAVIYO_QUEUE_URL`: the address of the SQS queue that the sender reads.
    pub url: String,
}

impl Config {
    /// Parses the variable. Returns `None` if it is missing or invalid; `parser` then has a problem.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        parser.url("KLAVIYO_QUEUE_URL").map(|url| Self { url })
    }
}
