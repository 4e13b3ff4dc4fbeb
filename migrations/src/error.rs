//! The error of a migration.

/// The reason why a migration failed. The schema is as it was before the step that failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database can't be reached, or it refused a statement of this crate.
    #[error("the database refused")]
    Database(#[from] tokio_postgres::Error),
    /// The database refused the SQL of a step, for example because rows break a new constraint.
    #[error("step {step} failed")]
    Step {
        /// The step's name.
        step: &'static str,
        /// The database's error.
        source: tokio_postgres::Error,
    },
    /// A step was edited after it had been applied. The edit has to be undone, and the change made by a new step.
    #[error("step {version} is not what was applied to this database")]
    Changed {
        /// The step's number.
        version: i32,
    },
    /// A newer program has applied a step that this program doesn't know.
    #[error("the database is at step {version}, which this program does not know")]
    Unknown {
        /// The step's number.
        version: i32,
    },
    /// A pending step comes before one that is applied already. It has to get a number at the end.
    #[error("step {version} comes before steps that are applied already")]
    OutOfOrder {
        /// The step's number.
        version: i32,
    },
}
