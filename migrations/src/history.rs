//! The history of a database: the steps that were applied to it.

use std::time::SystemTime;

use tokio_postgres::{GenericClient, Row};

use crate::{
    MigrationError,
    steps::{MIGRATIONS, Migration},
};

/// A step and its state in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStatus {
    /// The step's number.
    pub version: i32,
    /// The step itself; none if this program doesn't know it.
    pub migration: Option<&'static Migration>,
    /// The step's state in the database.
    pub state: State,
}

/// The state of a step in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The step isn't applied.
    Pending,
    /// The step was applied with the SQL that this program has.
    Applied {
        /// The time of applying it, by the database's clock.
        at: SystemTime,
    },
    /// The step was applied with other SQL than this program has.
    Changed {
        /// The time of applying it, by the database's clock.
        at: SystemTime,
    },
}

/// Returns every step that the program or the database knows, oldest first, with its state.
pub(crate) async fn read(client: &impl GenericClient) -> Result<Vec<StepStatus>, MigrationError> {
    let versions: Vec<i32> = MIGRATIONS.iter().map(Migration::version).collect();
    let texts: Vec<&str> = MIGRATIONS.iter().map(|step| step.up).collect();
    let rows = client.query(include_str!("../queries/history.sql"), &[&versions, &texts]).await?;
    rows.iter().map(step).collect()
}

fn step(row: &Row) -> Result<StepStatus, MigrationError> {
    let version = row.try_get("version")?;
    let applied_at: Option<SystemTime> = row.try_get("applied_at")?;
    let changed: bool = row.try_get("changed")?;
    let state = match applied_at {
        None => State::Pending,
        Some(at) if changed => State::Changed { at },
        Some(at) => State::Applied { at },
    };
    Ok(StepStatus { version, migration: MIGRATIONS.iter().find(|step| step.version() == version), state })
}

/// Returns the applied and the pending steps, oldest first.
pub(crate) fn split(
    history: &[StepStatus],
) -> Result<(Vec<&'static Migration>, Vec<&'static Migration>), MigrationError> {
    let (mut applied, mut pending) = (Vec::new(), Vec::new());
    for &StepStatus { version, migration, state } in history {
        match (migration, state) {
            (None, _) => return Err(MigrationError::Unknown { version }),
            (_, State::Changed { .. }) => return Err(MigrationError::Changed { version }),
            (Some(step), State::Pending) => pending.push(step),
            (Some(step), State::Applied { .. }) => {
                if let Some(before) = pending.first() {
                    return Err(MigrationError::OutOfOrder { version: before.version() });
                }
                applied.push(step);
            }
        }
    }
    Ok((applied, pending))
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPLIED: State = State::Applied { at: SystemTime::UNIX_EPOCH };

    fn at(index: usize, state: State) -> StepStatus {
        let step = &MIGRATIONS[index];
        StepStatus { version: step.version(), migration: Some(step), state }
    }

    #[test]
    fn applied_steps_come_first() {
        let (applied, pending) = split(&[at(0, APPLIED), at(1, State::Pending)]).unwrap();
        assert_eq!((applied, pending), (vec![&MIGRATIONS[0]], vec![&MIGRATIONS[1]]));
    }

    #[test]
    fn a_history_that_this_program_cannot_continue_is_refused() {
        let gap = split(&[at(0, State::Pending), at(1, APPLIED)]);
        assert!(matches!(gap, Err(MigrationError::OutOfOrder { version: 1 })));
        let edited = split(&[at(0, State::Changed { at: SystemTime::UNIX_EPOCH })]);
        assert!(matches!(edited, Err(MigrationError::Changed { version: 1 })));
        let newer = split(&[StepStatus { version: 9999, migration: None, state: APPLIED }]);
        assert!(matches!(newer, Err(MigrationError::Unknown { version: 9999 })));
    }
}
