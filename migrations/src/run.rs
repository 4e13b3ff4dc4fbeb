//! Going up and down.

use tokio_postgres::{Client, SimpleQueryMessage, Transaction};

use crate::{
    MigrationError,
    history::{self, State, StepStatus},
    steps::{MIGRATIONS, Migration},
};

/// Applies every pending step and returns those that it applied.
///
/// Two callers at once share the work: each step runs once.
///
/// # Errors
/// [`MigrationError`]; the steps before the failed one stay applied.
pub async fn up(client: &mut Client) -> Result<Vec<&'static Migration>, MigrationError> {
    up_to(client, i32::MAX).await
}

/// Applies the pending steps up to this number.
///
/// # Errors
/// Fails like [`up`].
pub async fn up_to(client: &mut Client, version: i32) -> Result<Vec<&'static Migration>, MigrationError> {
    let mut done = Vec::new();
    loop {
        let transaction = locked(client).await?;
        let (_, pending) = history::split(&history::read(&transaction).await?)?;
        let Some(step) = pending.first().filter(|step| step.version() <= version) else {
            return Ok(done);
        };
        let changed = run(&transaction, step, step.up).await?;
        let finished = changed == 0 || !step.in_batches();
        if finished {
            record(&transaction, step).await?;
        }
        transaction.commit().await?;
        if finished {
            done.push(*step);
        }
    }
}

/// Takes back the newest steps, at most this many, and returns them, newest first.
///
/// # Errors
/// Fails like [`up`].
pub async fn down(client: &mut Client, steps: usize) -> Result<Vec<&'static Migration>, MigrationError> {
    let mut done = Vec::new();
    while done.len() < steps {
        let transaction = locked(client).await?;
        let (applied, _) = history::split(&history::read(&transaction).await?)?;
        let Some(step) = applied.last() else { break };
        run(&transaction, step, step.down).await?;
        transaction.execute(include_str!("../queries/forget.sql"), &[&step.version()]).await?;
        transaction.commit().await?;
        done.push(*step);
    }
    Ok(done)
}

/// Notes the steps up to this number as applied without running them, for a database that has these tables already.
/// Returns those that it noted.
///
/// # Errors
/// Fails like [`up`].
pub async fn adopt(client: &mut Client, version: i32) -> Result<Vec<&'static Migration>, MigrationError> {
    let transaction = locked(client).await?;
    let (_, mut pending) = history::split(&history::read(&transaction).await?)?;
    pending.retain(|step| step.version() <= version);
    for step in &pending {
        record(&transaction, step).await?;
    }
    transaction.commit().await?;
    Ok(pending)
}

/// Every step and where it stands, oldest first. Writes nothing.
///
/// # Errors
/// [`MigrationError::Database`].
pub async fn status(client: &Client) -> Result<Vec<StepStatus>, MigrationError> {
    if client.query_one(include_str!("../queries/is_new.sql"), &[]).await?.try_get(0)? {
        let pending = |step: &'static Migration| StepStatus {
            version: step.version(),
            migration: Some(step),
            state: State::Pending,
        };
        return Ok(MIGRATIONS.iter().map(pending).collect());
    }
    history::read(client).await
}

/// A transaction in which nobody else migrates.
async fn locked(client: &mut Client) -> Result<Transaction<'_>, MigrationError> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(include_str!("../queries/lock.sql")).await?;
    Ok(transaction)
}

/// Runs a file and returns the number that its last statement returned, or 0 if it returned none.
async fn run(transaction: &Transaction<'_>, step: &'static Migration, sql: &str) -> Result<i64, MigrationError> {
    let failed = |source| MigrationError::Step { step: step.name, source };
    let answers = transaction.simple_query(sql).await.map_err(failed)?;
    let number = |answer: &SimpleQueryMessage| match answer {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    };
    Ok(answers.iter().filter_map(number).next_back().unwrap_or_default())
}

async fn record(transaction: &Transaction<'_>, step: &Migration) -> Result<(), MigrationError> {
    transaction.execute(include_str!("../queries/record.sql"), &[&step.version(), &step.name, &step.up]).await?;
    Ok(())
}
