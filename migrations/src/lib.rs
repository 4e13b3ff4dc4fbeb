//! The database's schema, as a chain of reversible steps.
//!
//! Each step is a pair of files, `sql/NNNN_name.up.sql` and `.down.sql`, which are part of the binary. A step runs in one
//! transaction together with its row in `schema_migration`, so that a failure leaves the schema at the step before, and
//! under a lock, so that two deployers at once do no harm. A step that fills a table in batches takes a transaction for
//! each batch. A step that was applied must not be edited, since the database keeps the checksum of its SQL.
//!
//! Deployments run `pledge-migrate` (`command/`); tests call the same functions.

mod error;
mod history;
mod run;
mod steps;

pub use error::MigrationError;
pub use history::{State, StepStatus};
pub use run::{adopt, down, status, up, up_to};
pub use steps::{MIGRATIONS, Migration};
