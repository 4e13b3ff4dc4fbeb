//! `ops outbox`: announcements for Klaviyo that aren't sent.

use pledge_domain::{ids::OutboxId, outbox::Payload, ports::Publisher};

use crate::{
    arguments::{Correction, Limit, OutboxState},
    console::{
        Done, Failure, Progress, Table, dry_run, note,
        words::{count, iso, there_are},
    },
    tables::{OutboxRow, Tables},
    tools::Tools,
};

/// The number of rows that are queued at a time: what the queue takes in one call.
const ROUND: usize = 100;

/// Shows rows that aren't sent.
pub async fn list(tools: &Tools, state: OutboxState, Limit { limit }: Limit) -> Result<Done, Failure> {
    let tables = Tables::open(&tools.database()?).await?;
    let rows = tables.unsent(state, limit).await?;
    show(&rows)?;
    note(format_args!("{} not sent.", there_are(rows.len(), "row")));
    Ok(Done::All)
}

/// Queues rows again: the given ones, or all in the state if none are given.
pub async fn requeue(tools: &Tools, ids: Vec<OutboxId>, state: OutboxState, apply: bool) -> Result<Done, Failure> {
    let tables = Tables::open(&tools.database()?).await?;
    let queue = tools.queue()?;
    let rows = if ids.is_empty() { tables.unsent(state, i64::MAX).await? } else { tables.outbox(&ids).await? };
    for unknown in ids.iter().filter(|id| rows.iter().all(|row| row.id != **id)) {
        note(format!("{unknown}: there is no such row"));
    }
    show(&rows)?;
    let rows: Vec<_> =
        rows.iter().filter(|row| row.sent_at.is_none() && row.superseded_at.is_none()).map(|row| row.id).collect();
    if rows.is_empty() {
        note("Nothing to do: no such row is unsent.");
        return Ok(Done::All);
    }
    if !apply {
        dry_run(format_args!("{} would be queued", count(rows.len(), "row")));
        return Ok(Done::All);
    }
    let mut progress = Progress::new("queued", rows.len());
    for round in rows.chunks(ROUND) {
        let queued = tables.requeue(round, tools.now()).await?;
        // If this fails, the sweep finds the rows, since they are no longer parked.
        queue.publish(&queued).await?;
        progress.advance(round.len());
    }
    Ok(Done::All)
}

/// Corrects the address or the telephone number in rows, and queues them.
pub async fn edit(tools: &Tools, ids: &[OutboxId], correction: &Correction, apply: bool) -> Result<Done, Failure> {
    let tables = Tables::open(&tools.database()?).await?;
    let queue = tools.queue()?;
    let phone = correction.phone.clone().map(Some).or(correction.no_phone.then_some(None));
    let mut corrected = Vec::new();
    for id in ids {
        let Some(before) = tables.unsent_payload(*id).await? else {
            note(format_args!("{id}: there is no such row that is still to be sent"));
            continue;
        };
        let mut payload: Payload = serde_json::from_value(before.clone())?;
        payload.profile = payload.profile.corrected(correction.email.clone(), phone.clone());
        let after = serde_json::to_value(payload)?;
        if after == before {
            note(format_args!("{id}: says so already"));
        } else if !apply || tables.edit(*id, &before, &after, tools.now()).await? {
            corrected.push(*id);
        } else {
            note(format_args!("{id}: was changed or sent at the same moment, and is left as it is"));
        }
    }
    show(&tables.outbox(&corrected).await?)?;
    if !apply {
        dry_run(format_args!("{} would be corrected and queued", count(corrected.len(), "row")));
        return Ok(Done::All);
    }
    if !corrected.is_empty() {
        // If this fails, the sweep finds the rows, since they are no longer parked.
        queue.publish(&corrected).await?;
    }
    note(format_args!("Corrected and queued: {}.", count(corrected.len(), "row")));
    Ok(Done::All)
}

fn show(rows: &[OutboxRow]) -> std::io::Result<()> {
    let mut table = Table::new(&["row", "state", "recorded", "attempts", "announcement and last refusal"]);
    for row in rows {
        let refusal = row.last_error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
        let (attempts, what) = (row.attempts.to_string(), format!("{}{refusal}", row.key));
        table.row([&row.id.to_string(), row.state(), &iso(row.created_at), &attempts, &what]);
    }
    table.print()
}
