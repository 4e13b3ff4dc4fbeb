//! The table that is printed.

use std::time::Duration;

use crate::{account::Account, load::Requests, outage::Outage};

/// One outage.
#[derive(Debug, Clone)]
pub struct Row {
    /// What failed.
    pub outage: Outage,
    /// How many readers came.
    pub load: usize,
    /// What they and Stripe sent to the API.
    pub requests: Requests,
    /// How many connections, answers and requests were disturbed.
    pub disturbed: usize,
    /// What became of the readers.
    pub account: Account,
    /// From the end of the outage until nothing was left to do.
    pub drained: Duration,
}

/// The head of the table, in Markdown.
pub const HEAD: &str = "\
| what failed | readers | requests | 5xx | no answer | hit | lost | doubled | drained after |
|---|---|---|---|---|---|---|---|---|";

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { outage, load, requests, disturbed, account, drained } = self;
        let Requests { all, refused, unanswered } = requests;
        let (lost, doubled) = (account.lost.len(), account.doubled.len());
        let (name, seconds) = (outage.name(), drained.as_secs());
        write!(
            f,
            "| {name} | {load} | {all} | {refused} | {unanswered} | {disturbed} | {lost} | {doubled} | {seconds} s |"
        )
    }
}
