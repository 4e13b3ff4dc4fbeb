//! Applying steps and taking them back.

use tokio_postgres::{Client, SimpleQueryMessage, Transaction};

use crate::{
    MigrationError,
    history::{self, State, StepStatus},
    steps::{MIGRATIONS, Migration},
};

/// Applies every pending step, and returns the steps that it applied, oldest first.
///
/// If two callers run at once, they share the work, and each step is applied once.
///
/// # Errors
/// [`MigrationError`]; the steps before the failed one, and the finished batches of the failed one, stay applied.
pub async fn up(client: &mut Client) -> Result<Vec<&'static Migration>, MigrationError> {
    up_to(client, i32::MAX).await
}

/// Applies the pending steps up to the one with this number, and returns the steps that it applied, oldest first.
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

/// Takes back the newest applied steps, at most this many, and returns them, newest first.
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

/// Records the pending steps up to the one with this number as applied without running them, for a database that has their
/// tables already. Returns the steps that it recorded, oldest first.
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

/// Returns every step with its state, oldest first. It writes nothing, also in a database without any step.
///
/// # Errors
/// [`MigrationError::Database`] if the database can't be read.
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

/// Begins a transaction in which no other program migrates. Waits until the others have finished.
async fn locked(client: &mut Client) -> Result<Transaction<'_>, MigrationError> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(include_str!("../queries/lock.sql")).await?;
    Ok(transaction)
}

/// Runs the SQL of a step, and returns the last number that its statements returned, or 0 if they returned none.
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
