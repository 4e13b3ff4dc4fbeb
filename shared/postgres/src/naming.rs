//! Named statements, which the server parses and plans once for each connection.

use std::collections::BTreeSet;

use deadpool_postgres::{ClientWrapper, Hook};
use tokio::time::timeout;
use tokio_postgres::{Config, Statement as Prepared, config::Host};

use crate::{
    error::Failure,
    pipeline::pipeline,
    settings::CONNECT_TIMEOUT,
    statement::{Statement, sql},
};

/// The use of named statements on a connection.
///
/// With names, the server parses and plans each statement once for a connection, which more than halves its processor
/// time; every later use sends the parameters only. A proxy that shares connections between clients must support this:
/// PgBouncer does since 1.21 (<https://www.pgbouncer.org/config.html#max_prepared_statements>), but RDS Proxy then pins a
/// connection to its client (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Every statement is prepared on the connection before it is used there.
    Named,
    /// Every statement is parsed, planned and run in one message exchange each time.
    Unnamed,
}

/// The value of `DATABASE_STATEMENTS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Statements {
    /// `auto`: statements have names, unless the host is an RDS Proxy.
    #[default]
    Auto,
    /// `named`: statements have names.
    Named,
    /// `unnamed`: statements have no names.
    Unnamed,
}

impl Statements {
    /// Parses the variable.
    ///
    /// # Errors
    /// A text that says what to set instead.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "auto" => Ok(Self::Auto),
            "named" => Ok(Self::Named),
            "unnamed" => Ok(Self::Unnamed),
            _ => Err("set auto, named or unnamed"),
        }
    }

    /// Returns the naming for the server in `config`.
    pub(crate) fn on(self, config: &Config) -> Naming {
        match self {
            Self::Named => Naming::Named,
            Self::Unnamed => Naming::Unnamed,
            Self::Auto if config.get_hosts().iter().any(is_rds_proxy) => Naming::Unnamed,
            Self::Auto => Naming::Named,
        }
    }
}

/// Returns whether a host is an RDS Proxy, whose name is like `name.proxy-abc123.eu-west-1.rds.amazonaws.com`
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connecting.html>).
fn is_rds_proxy(host: &Host) -> bool {
    let Host::Tcp(name) = host else { return false };
    name.contains(".proxy-") && name.contains(".rds.amazonaws.com")
}

/// The statement that begins a transaction and sets time limits for it. It is used without names, since behind a proxy the
/// connection's settings may be another client's.
pub(crate) const BEGIN_WITH_LIMITS: &str = sql!("begin_with_limits");

/// The options with which a connection with named statements is opened: the limits of `begin_with_limits.sql`, and generic
/// plans. Without `force_generic_plan` the server plans each statement for its first five uses
/// (<https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-PLAN-CACHE-MODE>).
const OPTIONS: &str = "-c statement_timeout=4s -c lock_timeout=3s -c plan_cache_mode=force_generic_plan";

impl Naming {
    /// Returns the statement that begins a transaction.
    pub(crate) fn begin(self) -> Statement<'static> {
        Statement::new(match self {
            Self::Named => sql!("begin"),
            Self::Unnamed => BEGIN_WITH_LIMITS,
        })
    }

    /// Adds the options with which a connection must be opened.
    pub(crate) fn configure(self, config: &mut Config) {
        if self == Self::Named {
            let options = [config.get_options().unwrap_or_default(), OPTIONS].join(" ");
            config.options(options.trim_start());
        }
    }
}

/// Prepares the statements that the connection hasn't prepared yet, in one round trip, and returns all of them prepared.
pub(crate) async fn prepare(
    connection: &ClientWrapper,
    statements: impl Iterator<Item = &'static str>,
) -> Result<Vec<Prepared>, Failure> {
    pipeline(statements.map(|sql| -> crate::pipeline::Answer<'_, _> { Box::pin(connection.prepare_cached(sql)) })).await
}

/// Returns a hook that prepares the statements of `groups` on every connection as soon as it is open, so that a first call
/// costs as much as later ones.
///
/// A statement that can't be prepared, such as one with a column of a later migration, is left to the call that needs it:
/// only that call fails, and says why.
pub(crate) fn prepare_when_open(groups: &'static [&'static [&'static str]]) -> Hook {
    Hook::async_fn(move |connection, _| {
        Box::pin(async move {
            let ends = [sql!("begin"), sql!("commit")];
            let all: BTreeSet<_> = groups.iter().copied().flatten().copied().chain(ends).collect();
            drop(timeout(CONNECT_TIMEOUT, prepare(connection, all.into_iter())).await);
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_left_out_where_a_proxy_shares_connections() {
        let naming = |statements: Statements, host: &str| {
            statements.on(&format!("postgres://u@{host}/x").parse().unwrap_or_else(|_| unreachable!()))
        };
        let (database, proxy) = ("db.abc.eu-west-1.rds.amazonaws.com", "db.proxy-abc.eu-west-1.rds.amazonaws.com");
        assert_eq!(naming(Statements::Auto, database), Naming::Named);
        assert_eq!(naming(Statements::Auto, "127.0.0.1"), Naming::Named);
        assert_eq!(naming(Statements::Auto, proxy), Naming::Unnamed);
        assert_eq!(naming(Statements::Named, proxy), Naming::Named);
        assert_eq!(naming(Statements::Unnamed, database), Naming::Unnamed);
    }

    #[test]
    fn options_of_the_url_are_kept() {
        let mut config: Config = "postgres://u@h/x?options=-c%20work_mem%3D8MB".parse().unwrap_or_default();
        Naming::Named.configure(&mut config);
        assert_eq!(config.get_options(), Some(&*format!("-c work_mem=8MB {OPTIONS}")));
    }
}
