//! `ops preorders`: holds preorders back, releases them and marks them as sent.

use std::{fs, io, path::Path};

use pledge_application::sweep_outbox::EXPIRY_GRACE;
use pledge_domain::{
    Timestamp,
    ids::PreorderId,
    ports::PreorderStore,
    preorder::{
        Preorder,
        fulfilment::{self, Fulfilment, FulfilmentDecision, FulfilmentStep, Hold},
    },
};
use pledge_postgres::Database;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    arguments::{PreorderName, Preorders, Which, preorder_name},
    console::{
        Done, Failure, Table, dry_run, line, note,
        words::{count, iso, there_are},
    },
    tables::{Tables, sql},
    tools::Tools,
};

/// Runs a subcommand of `ops preorders`.
pub async fn run(tools: &Tools, command: Preorders, apply: bool) -> Result<Done, Failure> {
    match command {
        Preorders::Stuck => stuck(tools).await,
        Preorders::Hold { which, reason } => say(tools, &which, &FulfilmentStep::Hold { reason }, apply).await,
        Preorders::Release { which } => say(tools, &which, &FulfilmentStep::Release, apply).await,
        Preorders::Fulfil { which } => say(tools, &which, &FulfilmentStep::Fulfil, apply).await,
    }
}

async fn stuck(tools: &Tools) -> Result<Done, Failure> {
    let database = tools.database()?;
    let before = tools.now() - EXPIRY_GRACE;
    let rows = Tables::open(&database).await?.client().query(sql!("stuck_preorders"), &[&before]).await?;
    let mut table = Table::new(&["number", "preorder", "session", "expired"]);
    for row in &rows {
        let (id, number): (Uuid, &str) = (row.try_get("id")?, row.try_get("preorder_number")?);
        let (session, expired): (&str, Timestamp) = (row.try_get("session_id")?, row.try_get("session_expires_at")?);
        table.row([number, &id.to_string(), session, &iso(expired)]);
    }
    table.print()?;
    let all = database.stuck(before).await?;
    note(format_args!("{} stuck; ops reconcile asks Stripe about them.", there_are(all, "preorder")));
    Ok(if all == 0 { Done::All } else { Done::SomethingLeft })
}

/// Takes a step for several preorders, one after the other.
async fn say(tools: &Tools, which: &Which, step: &FulfilmentStep, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let mut tables = Tables::open(&database).await?;
    let (mut changed, mut refused) = (0_u64, 0);
    for name in names(which)? {
        let preorder = match find(&database, &name).await {
            Ok(preorder) => preorder,
            Err(error) => {
                refused += 1;
                line(format_args!("{name}\trefused: {error}"))?;
                continue;
            }
        };
        let number = preorder.id.number();
        match take(&database, &mut tables, preorder.id, step, tools.now(), apply).await? {
            FulfilmentDecision::Change(_) => {
                changed += 1;
                line(format_args!("{number}\t{}", words(step)))?;
            }
            FulfilmentDecision::AlreadyDone => line(format_args!("{number}\t{} already", words(step)))?,
            FulfilmentDecision::Refused { reason } => {
                refused += 1;
                line(format_args!("{number}\trefused: {reason}"))?;
            }
        }
    }
    if apply {
        note(format_args!("Changed: {}; refused: {refused}.", count(changed, "preorder")));
    } else {
        dry_run(format_args!("{} would be changed, {refused} refused", count(changed, "preorder")));
    }
    Ok(if refused == 0 { Done::All } else { Done::SomethingLeft })
}

/// Takes a step under the preorder's lock, so that a dispute that is recorded at the same moment isn't overlooked.
async fn take(
    database: &Database,
    tables: &mut Tables,
    id: PreorderId,
    step: &FulfilmentStep,
    now: Timestamp,
    apply: bool,
) -> Result<FulfilmentDecision, Failure> {
    let transaction = tables.client().transaction().await?;
    transaction.query(sql!("lock_preorder"), &[&id.to_string()]).await?;
    let stored = transaction.query_one(sql!("fulfilment"), &[&id.as_uuid()]).await?;
    let preorder = database.find(id).await?.ok_or("it was deleted at the same moment")?;
    let decision = fulfilment::decide(&preorder, &read(&stored)?, step, now);
    if let (true, FulfilmentDecision::Change(Fulfilment { hold, fulfilled_at })) = (apply, &decision) {
        let (since, reason) = (hold.as_ref().map(|hold| hold.since), hold.as_ref().map(|hold| &hold.reason));
        transaction.execute(sql!("save_fulfilment"), &[&id.as_uuid(), &since, &reason, fulfilled_at, &now]).await?;
    }
    transaction.commit().await?;
    Ok(decision)
}

fn read(row: &Row) -> Result<Fulfilment, Failure> {
    let since: Option<Timestamp> = row.try_get("held_at")?;
    let reason: Option<String> = row.try_get("held_reason")?;
    let hold = since.map(|since| Hold { since, reason: reason.unwrap_or_default() });
    Ok(Fulfilment { hold, fulfilled_at: row.try_get("fulfilled_at")? })
}

fn words(step: &FulfilmentStep) -> &'static str {
    match step {
        FulfilmentStep::Hold { .. } => "held",
        FulfilmentStep::Release => "released",
        FulfilmentStep::Fulfil => "fulfilled",
    }
}

/// Finds the one preorder with an id or a number. Fails if there is none or more than one.
pub async fn find(database: &Database, name: &PreorderName) -> Result<Preorder, Failure> {
    let id = match name {
        PreorderName::Id(id) => *id,
        PreorderName::Number(number) => {
            let mut tables = Tables::open(database).await?;
            let (first, last) = ids(number)?;
            let rows = tables.client().query(sql!("preorders_by_number"), &[&first, &last]).await?;
            match rows.as_slice() {
                [row] => PreorderId::new(row.try_get("id")?),
                [] => return Err("there is no such preorder".into()),
                _ => return Err("several preorders have this number: give the id".into()),
            }
        }
    };
    database.find(id).await?.ok_or_else(|| "there is no such preorder".into())
}

/// Returns the first and the last id that a preorder of this number may have: a number is the beginning of an id.
fn ids(number: &str) -> Result<(Uuid, Uuid), Failure> {
    let start = u32::from_str_radix(number.trim_start_matches("ROL-"), 16)?;
    let first = u128::from(start) << 96;
    Ok((Uuid::from_u128(first), Uuid::from_u128(first | u128::MAX >> 32)))
}

fn names(which: &Which) -> Result<Vec<PreorderName>, Failure> {
    let Some(file) = &which.file else { return Ok(which.preorders.clone()) };
    let text = if file == Path::new("-") { io::read_to_string(io::stdin())? } else { fs::read_to_string(file)? };
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    let name = |(index, line): (usize, &str)| preorder_name(line).map_err(|why| format!("line {}: {why}", index + 1));
    Ok(lines.map(name).collect::<Result<_, _>>()?)
}
