//! The variable of this adapter: which queue the sender reads.

use pledge_runtime::Parser;

/// Which queue messages are written to.
#[derive(Debug, Clone)]
pub struct Config {
    /// `KLAVIYO_QUEUE_URL`: the address of the SQS queue that the sender reads.
    pub url: String,
}

impl Config {
    /// Takes the variable.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        parser.url("KLAVIYO_QUEUE_URL").map(|url| Self { url })
    }
}
