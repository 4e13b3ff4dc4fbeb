//! The table of results.

use std::time::Duration;

use crate::{discrepancies::Discrepancies, load::Requests, outage::Outage};

/// The result of one outage.
#[derive(Debug, Clone)]
pub struct Row {
    /// The outage.
    pub outage: Outage,
    /// The number of readers.
    pub load: usize,
    /// The requests of the readers and of Stripe to the API.
    pub requests: Requests,
    /// The number of disturbed connections, answers and requests.
    pub disturbed: usize,
    /// The differences between what was told and what is stored.
    pub discrepancies: Discrepancies,
    /// The time from the end of the outage until nothing was left to do.
    pub drained: Duration,
}

/// The head of the table, in Markdown.
pub const HEAD: &str = "\
| what failed | readers | requests | 5xx | no answer | hit | lost | doubled | drained after |
|---|---|---|---|---|---|---|---|---|";

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { outage, load, requests, disturbed, discrepancies, drained } = self;
        let Requests { all, refused, unanswered } = requests;
        let (lost, doubled) = (discrepancies.lost.len(), discrepancies.doubled.len());
        let (name, seconds) = (outage.name(), drained.as_secs());
        write!(
            f,
            "| {name} | {load} | {all} | {refused} | {unanswered} | {disturbed} | {lost} | {doubled} | {seconds} s |"
        )
    }
}
