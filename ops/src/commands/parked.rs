//! `ops parked`: Stripe events that were recorded, but could not be applied.

use pledge_domain::{ids::EventId, ports::KnownEvent};
use pledge_postgres::Database;

use crate::{
    arguments::Limit,
    commands::event::{Replayed, record},
    console::{
        Done, Failure, Table, dry_run, line, note,
        words::{count, iso, there_are},
    },
    tables::{RecordedEvent, Tables},
    tools::Tools,
};

/// Shows parked events.
pub async fn list(tools: &Tools, Limit { limit }: Limit) -> Result<Done, Failure> {
    let events = parked(&tools.database()?, limit).await?;
    show(&events)?;
    note(format_args!("{} parked.", there_are(events.len(), "event")));
    Ok(Done::All)
}

/// Decides parked events anew: the given ones, or all if none are given.
pub async fn requeue(tools: &Tools, ids: Vec<EventId>, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let (stripe, recorder) = (tools.stripe()?, tools.recorder(database.clone())?);
    let mut events = parked(&database, i64::MAX).await?;
    if !ids.is_empty() {
        for id in ids.iter().filter(|id| events.iter().all(|event| event.id != id.as_str())) {
            note(format_args!("{id}: not parked"));
        }
        events.retain(|event| ids.iter().any(|id| event.id == id.as_str()));
    }
    if !apply {
        show(&events)?;
        dry_run(format_args!("{} would be fetched from Stripe and decided anew", count(events.len(), "event")));
        return Ok(Done::All);
    }
    let mut left = 0;
    for event in events {
        let id = EventId::parse(event.id)?;
        let replayed = record(&stripe, &recorder, &id, KnownEvent::DecidedAnew, tools.now()).await?;
        line(format_args!("{id}\t{replayed}"))?;
        left += usize::from(replayed.is_unsolved());
    }
    if left == 0 { Ok(Done::All) } else { still_parked(left) }
}

/// Marks parked events as ignored for a reason.
pub async fn dismiss(tools: &Tools, ids: &[EventId], reason: &str, apply: bool) -> Result<Done, Failure> {
    let tables = Tables::open(&tools.database()?).await?;
    let reason = format!("dismissed: {reason}");
    let mut parked = 0;
    for id in ids {
        let known = tables.recorded_event(id).await?.filter(|event| event.outcome == "parked");
        let Some(event) = known else {
            note(format_args!("{id}: not parked"));
            continue;
        };
        parked += 1;
        show(std::slice::from_ref(&event))?;
        if apply {
            tables.dismiss(id, &reason).await?;
        }
    }
    if apply {
        note(format_args!("Dismissed: {}.", count(parked, "event")));
    } else {
        dry_run(format_args!("{} would be dismissed", count(parked, "event")));
    }
    Ok(Done::All)
}

fn still_parked(left: usize) -> Result<Done, Failure> {
    note(format_args!("{} still left for a person.", there_are(left, "event")));
    Ok(Done::SomethingLeft)
}

async fn parked(database: &Database, limit: i64) -> Result<Vec<RecordedEvent>, Failure> {
    Ok(Tables::open(database).await?.parked_events(limit).await?)
}

fn show(events: &[RecordedEvent]) -> std::io::Result<()> {
    let mut table = Table::new(&["event", "happened", "type", "reason, and what it is about"]);
    for event in events {
        let reader = event.reader.iter().map(|reader| format!("reader {reader}"));
        let about = event.reason.iter().cloned().chain(reader).chain(event.keys.iter().cloned());
        let about: Vec<_> = about.collect();
        table.row([event.id.as_str(), &iso(event.created), &event.kind, &about.join("; ")]);
    }
    table.print()
}

impl Replayed {
    /// Returns whether the event still waits for a person.
    pub fn is_unsolved(&self) -> bool {
        match self {
            Self::Gone => true,
            Self::Recorded { outcome, .. } => *outcome == "parked",
            Self::Before => false,
        }
    }
}
