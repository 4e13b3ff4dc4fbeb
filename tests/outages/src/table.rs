//! What is printed.

use std::time::Duration;

use crate::{account::Account, outage::Outage, readers::Requests};

/// One outage.
#[derive(Debug, Clone)]
pub struct Row {
    /// What gave way.
    pub outage: Outage,
    /// How many readers came.
    pub readers: usize,
    /// What they and Stripe asked of the API.
    pub requests: Requests,
    /// How many connections, answers or requests were troubled.
    pub struck: usize,
    /// What became of the readers.
    pub account: Account,
    /// From the end of the outage until nothing was left to do.
    pub drained: Duration,
}

/// The head of the table.
pub const HEAD: &str = "\
| what gave way | readers | requests | 5xx | no answer | hit | lost | doubled | drained after |
|---|---|---|---|---|---|---|---|---|";

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { outage, readers, requests, struck, account, drained } = self;
        let Requests { all, refused, unanswered } = requests;
        let (lost, doubled) = (account.lost.len(), account.doubled.len());
        let (name, seconds) = (outage.name(), drained.as_secs());
        write!(
            f,
            "| {name} | {readers} | {all} | {refused} | {unanswered} | {struck} | {lost} | {doubled} | {seconds} s |"
        )
    }
}
