//! `ops payments`: what was paid twice, and what was paid elsewhere.

mod book;
mod duplicates;

use std::io;

use pledge_domain::champion::ChampionChange;

use crate::{
    arguments::Payments,
    console::{Done, Failure, line, words::iso},
    tools::Tools,
};

/// Does one of the things that there are to do about payments.
pub async fn run(tools: &Tools, command: Payments, apply: bool) -> Result<Done, Failure> {
    match command {
        Payments::Duplicates => duplicates::list(tools).await,
        Payments::RefundDuplicate { preorders } => duplicates::refund(tools, &preorders, apply).await,
        Payments::Book(book) => book::run(tools, &book, apply).await,
    }
}

/// Shows what a reader's payments come to after a change: what is new, and the timeline.
pub fn show(change: &ChampionChange) -> io::Result<()> {
    for payment in &change.write.payments {
        line(format_args!("payment\t{}\t{}\t{}", payment.id, payment.kind.name(), payment.amount))?;
    }
    for (segment, _) in &change.write.segments {
        let (start, end) = (iso(segment.period.start), iso(segment.period.end));
        line(format_args!("access\ttier {}\t{start}\t{end}", segment.tier))?;
    }
    for announcement in &change.announcements {
        line(format_args!("announcement\t{}", announcement.key))?;
    }
    Ok(())
}
