//! The failure of a call, without the contents of rows.

use deadpool_postgres::PoolError;
use pledge_domain::ports::StoreError;
use tokio_postgres::error::SqlState;

/// The reason why a call failed. What the server says about rows (`Key (email)=(…) already exists`) is left out, since
/// it may be personal data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// All connections are in use, or none could be made in time.
    #[error("no connection in time")]
    NoConnection,
    /// The server can't be reached, or TLS or authentication failed.
    #[error("no connection")]
    Unreachable(#[source] tokio_postgres::Error),
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The server took too long.
    #[error("no answer in time")]
    TimedOut,
    /// The server refused a statement or the login.
    #[error("SQLSTATE {} {}", .code.code(), .constraint.as_deref().unwrap_or_default())]
    Refused {
        /// The SQLSTATE.
        code: SqlState,
        /// The constraint that was broken, if one was.
        constraint: Option<String>,
    },
    /// The driver can't encode a parameter or decode a response.
    #[error("{0}")]
    Driver(String),
    /// A column has a value that the domain doesn't allow.
    #[error("column {0} has an invalid value")]
    Corrupt(&'static str),
    /// The reader was taken over by another user before the reader's lock was taken.
    #[error("the reader was taken over meanwhile")]
    HandedOver,
    /// A row that must exist doesn't.
    #[error("no such {0}")]
    Missing(&'static str),
}

impl Failure {
    /// Returns whether the connection is broken or closed by the server.
    pub fn is_disconnection(&self) -> bool {
        matches!(self, Self::Broken) || matches!(self, Self::Refused { code, .. } if is_shutdown(code))
    }

    /// Returns whether another transaction was faster, so that a repeat of the call sees its changes.
    pub fn is_lost_race(&self) -> bool {
        let lost =
            [&SqlState::UNIQUE_VIOLATION, &SqlState::T_R_SERIALIZATION_FAILURE, &SqlState::T_R_DEADLOCK_DETECTED];
        matches!(self, Self::HandedOver) || matches!(self, Self::Refused { code, .. } if lost.contains(&code))
    }

    /// Returns whether a migration has changed the columns of a prepared statement (`cached plan must not change result
    /// type`). A new connection prepares it anew.
    pub fn is_outdated_plan(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == SqlState::FEATURE_NOT_SUPPORTED)
    }

    /// Returns whether the server refuses the values (SQLSTATE classes 22, data exceptions, and 23, constraints), and not
    /// the statement.
    fn is_about_the_data(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if ["22", "23"].iter().any(|class| code.code().starts_with(class)))
    }

    /// Returns whether the server refuses the user or the password.
    pub fn is_refused_login(&self) -> bool {
        let codes = [&SqlState::INVALID_PASSWORD, &SqlState::INVALID_AUTHORIZATION_SPECIFICATION];
        matches!(self, Self::Refused { code, .. } if codes.contains(&code))
    }

    fn is_temporary(&self) -> bool {
        match self {
            Self::NoConnection | Self::Unreachable(_) | Self::Broken | Self::TimedOut | Self::HandedOver => true,
            Self::Refused { code, .. } => is_temporary(code),
            Self::Driver(_) | Self::Corrupt(_) | Self::Missing(_) => false,
        }
    }
}

/// Returns whether the server closes the connection after this code (`admin_shutdown`, `crash_shutdown`).
fn is_shutdown(code: &SqlState) -> bool {
    [&SqlState::ADMIN_SHUTDOWN, &SqlState::CRASH_SHUTDOWN].contains(&code)
}

/// Returns whether a retry may succeed after this code
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>): after failures of connections and resources, an
/// operator's intervention, lock waits and lost races, also while a failover leaves the server read-only, or a password
/// is being rotated.
fn is_temporary(code: &SqlState) -> bool {
    let classes = ["08", "28", "40", "53", "57"];
    let codes = [&SqlState::LOCK_NOT_AVAILABLE, &SqlState::READ_ONLY_SQL_TRANSACTION];
    classes.iter().any(|class| code.code().starts_with(class)) || codes.contains(&code)
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        use std::error::Error as _;
        if let Some(refusal) = error.as_db_error() {
            let constraint = refusal.constraint().map(str::to_owned);
            return Self::Refused { code: refusal.code().clone(), constraint };
        }
        let io = error.source().is_some_and(|cause| cause.is::<std::io::Error>());
        if error.is_closed() || io { Self::Broken } else { Self::Driver(error.to_string()) }
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) if error.as_db_error().is_some() => error.into(),
            PoolError::Backend(error) => Self::Unreachable(error),
            PoolError::Timeout(_)
            | PoolError::Closed
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => Self::NoConnection,
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match &failure {
            failed if failed.is_temporary() => Self::Unavailable(Box::new(failure)),
            failed if failed.is_about_the_data() => Self::Rejected(Box::new(failure)),
            _ => Self::Internal(Box::new(failure)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        let temporary = |code| {
            let failure = Failure::Refused { code: SqlState::from_code(code), constraint: None };
            matches!(StoreError::from(failure), StoreError::Unavailable(_))
        };
        for code in ["08006", "28P01", "40001", "40P01", "53300", "55P03", "57014", "57P01", "57P03", "25006"] {
            assert!(temporary(code), "{code}");
        }
        for code in ["22001", "23505", "23514", "42P01", "3D000"] {
            assert!(!temporary(code), "{code}");
        }
    }
}
