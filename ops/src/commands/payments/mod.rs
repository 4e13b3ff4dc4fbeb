//! `ops payments`: payments that were made twice, and payments that were made elsewhere.

mod book;
mod duplicates;

use std::io;

use pledge_domain::champion::ChampionChange;

use crate::{
    arguments::Payments,
    console::{Done, Failure, Table, line, words::iso},
    tools::Tools,
};

/// Runs a subcommand of `ops payments`.
pub async fn run(tools: &Tools, command: Payments, apply: bool) -> Result<Done, Failure> {
    match command {
        Payments::Duplicates => duplicates::list(tools).await,
        Payments::RefundDuplicate { preorders } => duplicates::refund(tools, &preorders, apply).await,
        Payments::Book(book) => book::run(tools, &book, apply).await,
    }
}

/// Shows a change of a reader's payments: what is new, and the timeline after it.
pub fn show(change: &ChampionChange) -> io::Result<()> {
    for payment in &change.write.payments {
        line(format_args!("payment {}, {}, {}", payment.id, payment.kind.name(), payment.amount))?;
    }
    for announcement in &change.announcements {
        line(format_args!("announcement {}", announcement.key))?;
    }
    line("")?;
    let mut table = Table::new(&["access to tier", "from", "until"]);
    for (segment, _) in &change.write.segments {
        let (start, end) = (iso(segment.period.start), iso(segment.period.end));
        table.row([segment.tier.to_string(), start, end]);
    }
    table.print()
}
