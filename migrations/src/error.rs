//! Why a migration didn't happen.

/// The schema is as it was before the step that failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database can't be reached, or refused a statement.
    #[error("the database refused")]
    Database(#[from] tokio_postgres::Error),
    /// A step refused to run, for instance because rows don't fit.
    #[error("step {step} failed")]
    Step {
        /// The step's name.
        step: &'static str,
        /// What the database said.
        source: tokio_postgres::Error,
    },
    /// A step was edited after it had been applied. Undo the edit and add a step instead.
    #[error("step {version} is not what was applied to this database")]
    Changed {
        /// The step's number.
        version: i32,
    },
    /// The database has seen a step that this program doesn't know: a newer program made it.
    #[error("the database is at step {version}, which this program does not know")]
    Unknown {
        /// The step's number.
        version: i32,
    },
    /// A step was added before one that is applied already. Give it a number at the end.
    #[error("step {version} comes before steps that are applied already")]
    OutOfOrder {
        /// The step's number.
        version: i32,
    },
}
