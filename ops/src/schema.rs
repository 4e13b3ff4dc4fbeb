//! Checks that the database has the migrations that this program's statements are written for.

use pledge_migrations::{State, StepStatus};
use pledge_postgres::Database;

use crate::{
    console::{Failure, note},
    tables::Tables,
};

/// Refuses a database that lacks a migration of this program, and prints a note if the database has later ones: each
/// migration leaves earlier programs working (docs/DATABASE.md).
///
/// # Errors
/// If a migration is missing, or differs from the one that this program knows.
pub async fn check(database: &Database) -> Result<(), Failure> {
    let mut tables = Tables::open(database).await?;
    let client: &tokio_postgres::Client = tables.client();
    match verdict(&pledge_migrations::status(client).await?) {
        Verdict::Fits => {}
        Verdict::Ahead(warning) => note(warning),
        Verdict::Refused(why) => return Err(why.into()),
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Fits,
    Ahead(String),
    Refused(String),
}

fn verdict(history: &[StepStatus]) -> Verdict {
    let pending = history.iter().find(|step| step.state == State::Pending);
    let applied = history.iter().rfind(|step| step.state != State::Pending);
    let at = applied.map_or_else(|| "has no tables".to_owned(), |step| format!("is at step {:04}", step.version));
    let needs =
        |step: &StepStatus| step.migration.map_or_else(|| format!("{:04}", step.version), |it| it.name.to_owned());
    if let Some(step) = pending {
        return Verdict::Refused(format!(
            "the database {at} and lacks {}, which this program needs: run `pledge-migrate up`, or the program of the \
             deployment",
            needs(step)
        ));
    }
    if let Some(step) =
        history.iter().find(|step| matches!(step.state, State::Changed { .. }) && step.migration.is_some())
    {
        return Verdict::Refused(format!("step {} of the database isn't the one that this program knows", needs(step)));
    }
    if history.iter().any(|step| step.migration.is_none()) {
        return Verdict::Ahead(format!(
            "The database {at}, which is ahead of this program: use that of the deployment."
        ));
    }
    Verdict::Fits
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use pledge_migrations::MIGRATIONS;

    use super::*;

    const APPLIED: State = State::Applied { at: SystemTime::UNIX_EPOCH };

    fn history(state: impl Fn(usize) -> State) -> Vec<StepStatus> {
        let step = |(index, migration): (usize, _)| step(Some(migration), state(index));
        MIGRATIONS.iter().enumerate().map(step).collect()
    }

    fn step(migration: Option<&'static pledge_migrations::Migration>, state: State) -> StepStatus {
        StepStatus { version: migration.map_or(9999, pledge_migrations::Migration::version), migration, state }
    }

    #[test]
    fn a_database_at_the_same_step_fits() {
        assert_eq!(verdict(&history(|_| APPLIED)), Verdict::Fits);
    }

    #[test]
    fn a_database_that_lacks_a_step_is_refused_with_its_name() {
        let last = MIGRATIONS.len() - 1;
        let behind = verdict(&history(|index| if index == last { State::Pending } else { APPLIED }));
        let Verdict::Refused(why) = behind else { panic!("{behind:?}") };
        assert!(why.contains(MIGRATIONS[last].name), "{why}");
        let empty = verdict(&history(|_| State::Pending));
        assert!(matches!(empty, Verdict::Refused(why) if why.contains("has no tables")));
    }

    #[test]
    fn a_database_that_is_ahead_is_used_with_a_warning() {
        let mut ahead = history(|_| APPLIED);
        ahead.push(step(None, APPLIED));
        assert!(matches!(verdict(&ahead), Verdict::Ahead(warning) if warning.contains("9999")));
    }

    #[test]
    fn a_database_with_an_edited_step_is_refused() {
        let edited =
            verdict(&history(|index| if index == 3 { State::Changed { at: SystemTime::UNIX_EPOCH } } else { APPLIED }));
        assert!(matches!(edited, Verdict::Refused(_)));
    }
}
