//! The errors of the store ports.

use crate::{limits::TooMany, ports::Cause};

/// The reason why a call of a store failed. Nothing was written, except that all of it may have been written if the
/// connection broke during the commit. Every method is safe to repeat in either case.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, is overloaded or was restarted: the same call may succeed later.
    #[error("the database is unavailable")]
    Unavailable(#[source] Cause),
    /// The database refused the query, or a row has a value that can't be read: the same call fails again.
    #[error("the database refused")]
    Internal(#[source] Cause),
    /// The values to write break a rule of the database, such as a constraint or a type's range: the same values are
    /// refused again. The cause says which rule, without personal data.
    #[error("the database does not take the values")]
    Rejected(#[source] Cause),
}

/// The reason why a call with limits failed. Only what the method's contract names was written.
#[derive(Debug, thiserror::Error)]
pub enum LimitedError {
    /// The limit is used up.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
