//! The roll: computes rows anew that the passing of time has made untrue.

use pledge_domain::{
    Timestamp,
    champion::{ChampionAccount, ChampionChange, ChampionKey},
    ids::OutboxId,
    ports::Rolled,
};

use crate::{
    champion::{
        read,
        write::{self, Documents},
    },
    columns::Columns,
    error::Failure,
    lease::Lease,
    statement::{Statement, sql},
    stripe_events::insert_outbox,
};

/// Rolls all due rows in three round trips: lock the rows that are due, read their accounts, write and commit.
pub(super) async fn roll(
    lease: Lease,
    now: Timestamp,
    limit: i64,
    roll: &(impl Fn(ChampionAccount) -> Option<ChampionChange> + Sync),
) -> Result<Rolled, Failure> {
    let due = Statement::new(sql!("take_due_champions")).time(now).bigint(limit);
    let (transaction, answers) = lease.begin(vec![due]).await?;
    let keys = answers.iter().flatten().map(read::key).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        transaction.rollback().await?;
        return Ok(Rolled::default());
    }
    let accounts = read::build_all(&keys, &transaction.query(read::accounts(&keys)).await?)?;
    let changes: Vec<_> = keys
        .iter()
        .zip(accounts)
        .map(|(key, account)| {
            let change = roll(account);
            let documents = change.as_ref().map(|change| Documents::of(&change.write)).unwrap_or_default();
            (key, change, documents)
        })
        .collect();
    let announcements: Vec<_> =
        changes.iter().flat_map(|(_, change, _)| change).flat_map(|it| it.announcements.iter().cloned()).collect();
    let mut statements: Vec<_> = insert_outbox(&announcements, now).into_iter().collect();
    for (key, change, documents) in &changes {
        match change {
            Some(change) => statements.extend(write::statements(&change.write, documents, now)),
            None => statements.push(rest(key)),
        }
    }
    let written = transaction.commit(statements).await?;
    let new = written.first().filter(|_| !announcements.is_empty()).into_iter().flatten();
    let announcements = new.map(|row| Columns(row).get("id").map(OutboxId::from_uuid)).collect::<Result<_, _>>()?;
    Ok(Rolled { rows: keys.len(), announcements })
}

fn rest(key: &ChampionKey) -> Statement<'_> {
    Statement::new(sql!("rest_champion")).text(key.user.as_str()).bigint(key.novel.get())
}
