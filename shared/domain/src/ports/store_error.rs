//! Why a database does not do something.

use crate::{limits::TooMany, ports::Cause};

/// Why the database didn't do it. Nothing was written; only if the connection broke during the commit, all of it may
/// have been. Every method is safe to repeat either way.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, is overloaded or was restarted: the same call may succeed later.
    #[error("the database is unavailable")]
    Unavailable(#[source] Cause),
    /// The database refused, or holds something that it must not hold: the same call fails again.
    #[error("the database refused")]
    Internal(#[source] Cause),
    /// What was to be written breaks a rule of the database, such as a constraint or a type's range: the same values
    /// are refused again. The cause says which rule, without personal data.
    #[error("the database does not take the values")]
    Rejected(#[source] Cause),
}

/// Why a call that is limited didn't do it. Nothing was written but what its contract says.
#[derive(Debug, thiserror::Error)]
pub enum LimitedError {
    /// The limit is used up.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The database didn't do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}
