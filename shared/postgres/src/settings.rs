//! How to reach the database.

use std::time::Duration;

use tokio_postgres::Config;

/// Where the database is, and how long we wait for it.
///
/// `Debug` hides the password.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) config: Config,
    pub(crate) connections: usize,
}

/// Text that isn't the URL of a PostgreSQL database. Says nothing of the text, which holds a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a PostgreSQL URL such as postgres://user:password@host:5432/name?sslmode=require")]
pub struct InvalidUrl;

/// How long to wait for a connection, from the first packet to the end of authentication.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait while other calls use all connections.
pub(crate) const POOL_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a call may take once it has a connection. Above the limits in `begin.sql`, so that the server gives up
/// first and says why.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// After how long without acknowledgement what was sent counts as lost: a connection that a freeze or a gateway has
/// killed silently must not eat the whole call.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(2);

impl Settings {
    /// Takes a `postgres://` URL or libpq's `key=value` notation.
    ///
    /// `sslmode=require` verifies the certificate and its name as libpq's `verify-full` does; there is no weaker kind
    /// of TLS here, so `verify-ca` and `verify-full` mean the same. The default, `prefer`, falls back to plain text.
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn parse(url: &str) -> Result<Self, InvalidUrl> {
        let url = url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config = url.parse().map_err(|_| InvalidUrl)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(InvalidUrl);
        }
        if config.get_application_name().is_none() {
            config.application_name("pledge");
        }
        config.connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(UNACKNOWLEDGED_TIMEOUT);
        Ok(Self { config, connections: 1 })
    }

    /// How many connections there may be at once. One unless told: a Lambda environment serves one request at a time.
    #[must_use]
    pub fn with_connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_postgres::config::SslMode;

    #[test]
    fn every_kind_of_verification_requires_tls() {
        for (mode, expected) in [
            ("?sslmode=disable", SslMode::Disable),
            ("", SslMode::Prefer),
            ("?sslmode=require", SslMode::Require),
            ("?sslmode=verify-ca", SslMode::Require),
            ("?sslmode=verify-full", SslMode::Require),
        ] {
            let settings = Settings::parse(&format!("postgres://u:p@db/x{mode}")).unwrap();
            assert_eq!(settings.config.get_ssl_mode(), expected, "{mode}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_and_a_password_never_shown() {
        for wrong in ["", "mysql://u@h/x", "postgres://", "postgres://u@h/x?sslmode=sometimes", "postgres://u@h:port/x"]
        {
            assert_eq!(Settings::parse(wrong).err(), Some(InvalidUrl), "{wrong:?}");
        }
        let settings = Settings::parse("postgres://u:hunter2@db/x").unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
