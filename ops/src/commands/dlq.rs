//! `ops dlq`: messages that the sender's queue has given up.
//!
//! A message only names rows of the outbox, and the sweep finds every row that waits. So no announcement is lost with a
//! message. The rows say why sending failed.

use std::collections::BTreeMap;

use pledge_domain::{ids::OutboxId, ports::Publisher};
use pledge_queue::Message;

use crate::{
    arguments::Limit,
    console::{
        Done, Failure, Progress, Table, dry_run, note,
        words::{count, iso, there_are},
    },
    dead_letters::{DeadLetter, DeadLetters},
    tables::{OutboxRow, Tables},
    tools::Tools,
};

/// Shows messages and their rows.
pub async fn list(tools: &Tools, Limit { limit }: Limit) -> Result<Done, Failure> {
    let letters = tools.dead_letters().await?;
    let hidden = letters.hidden().await?;
    let seen = peek(tools, &letters, usize::try_from(limit)?).await?;
    show(&seen)?;
    letters.give_back(seen.iter().map(|found| &found.letter)).await?;
    note(format_args!("{} in the dead-letter queue{}.", there_are(seen.len(), "message"), and_hidden(hidden)));
    Ok(Done::All)
}

/// Moves messages back, and removes those that have nothing left to do.
pub async fn redrive(tools: &Tools, discard_unreadable: bool, apply: bool) -> Result<Done, Failure> {
    let queue = tools.queue()?;
    let letters = tools.dead_letters().await?;
    let hidden = letters.hidden().await?;
    let seen = peek(tools, &letters, usize::MAX).await?;
    if !apply {
        show(&seen)?;
        letters.give_back(seen.iter().map(|found| &found.letter)).await?;
        dry_run(format_args!("{} would be moved or removed{}", count(seen.len(), "message"), and_hidden(hidden)));
        return Ok(Done::All);
    }
    let mut left = 0;
    let mut progress = Progress::new("messages", seen.len());
    for found in seen {
        let waiting = found.waiting();
        if found.rows.is_none() && !discard_unreadable {
            left += 1;
            letters.give_back([&found.letter]).await?;
        } else {
            // In this order, nothing is lost: a row that is sent twice counts once.
            queue.publish(&waiting).await?;
            letters.remove(&found.letter).await?;
        }
        progress.advance(1);
    }
    drop(progress);
    if hidden > 0 {
        note(format_args!("some messages may be left{}", and_hidden(hidden)));
    }
    if left == 0 {
        return Ok(Done::All);
    }
    let unreadable = count(left, "message");
    note(format_args!(
        "{unreadable} can't be read and stay in the queue; --discard-unreadable removes what can't be read."
    ));
    Ok(Done::SomethingLeft)
}

/// Returns the part of a sentence that says how many more messages are hidden because somebody else has received them.
fn and_hidden(hidden: usize) -> String {
    match hidden {
        0 => String::new(),
        hidden => format!(
            ", and about {hidden} more that somebody is looking at or has just looked at: repeat this in a minute"
        ),
    }
}

/// A message, and the rows of the outbox that it names.
struct Found {
    letter: DeadLetter,
    /// None if the message can't be read.
    rows: Option<Vec<OutboxRow>>,
}

/// Reads every message once, without taking it away.
async fn peek(tools: &Tools, letters: &DeadLetters, limit: usize) -> Result<Vec<Found>, Failure> {
    let tables = Tables::open(&tools.database()?).await?;
    let mut found = BTreeMap::new();
    let mut progress = Progress::new("read", None);
    while found.len() < limit {
        let received = receive(letters, &tables).await?;
        if received.is_empty() {
            break;
        }
        let before = found.len();
        found.extend(received.into_iter().map(|found| (found.letter.id.clone(), found)));
        progress.advance(found.len() - before);
        if found.len() == before {
            // All the messages had been read already, so the queue has no others.
            break;
        }
    }
    Ok(found.into_values().take(limit).collect())
}

async fn receive(letters: &DeadLetters, tables: &Tables) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for letter in letters.receive().await? {
        let rows = match Message::parse(&letter.body) {
            Ok(message) => Some(tables.outbox(message.outbox_ids()).await?),
            Err(_) => None,
        };
        found.push(Found { letter, rows });
    }
    Ok(found)
}

impl Found {
    /// Returns the rows that the sender would send.
    fn waiting(&self) -> Vec<OutboxId> {
        let rows = self.rows.iter().flatten();
        rows.filter(|row| row.state() == "waiting").map(|row| row.id).collect()
    }

    /// Adds a line for each row that the message names.
    fn add_to(&self, table: &mut Table) {
        let sent = self.letter.sent.map(iso).unwrap_or_default();
        let mut add = |state: &str, what: &str| table.row([&self.letter.id, &sent, state, what]);
        match self.rows.as_deref() {
            None => add("", "can't be read"),
            Some([]) => add("", "names no row that is there"),
            Some(rows) => {
                for row in rows {
                    let refusal = row.last_error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
                    add(row.state(), &format!("{} {}{refusal}", row.id, row.key));
                }
            }
        }
    }
}

fn show(found: &[Found]) -> std::io::Result<()> {
    let mut table = Table::new(&["message", "sent", "state", "row, announcement and last refusal"]);
    for found in found {
        found.add_to(&mut table);
    }
    table.print()
}
