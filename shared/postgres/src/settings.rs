//! The variables of this adapter: the settings with which the database is reached.

use std::{fmt, net::IpAddr, time::Duration};

use pledge_runtime::{Parser, Secret, Stage, aws::AwsSettings, secrets::Rotating};
use rustls::pki_types::CertificateDer;
use tokio_postgres::{Config, config::SslMode};

use crate::{authorities, naming::Statements, prepared::Part};

/// The settings with which the database is reached. `Debug` hides the password.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server, the user and the password, which may be replaced while the process runs.
    pub(crate) login: Rotating<Config>,
    /// The AWS credentials that sign a token in place of the password; none if a password is used.
    pub(crate) iam: Option<AwsSettings>,
    /// The certificate authorities that are trusted besides the public ones and, for hosts of Amazon RDS, its own.
    pub(crate) authorities: Vec<CertificateDer<'static>>,
    /// The largest number of connections at once.
    pub(crate) connections: usize,
    /// The value of `DATABASE_STATEMENTS`.
    pub(crate) statements: Statements,
    /// The parts of the store whose statements each connection prepares; none if no statement is to be prepared.
    pub(crate) parts: Option<&'static [Part]>,
}

/// A text that isn't the URL of a PostgreSQL database. The text isn't quoted, since it may have a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a PostgreSQL URL such as postgres://user:password@host:5432/name?sslmode=require")]
pub struct InvalidUrl;

/// The longest wait for a connection, from the first packet to the end of authentication.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest wait while other calls use all connections.
pub(crate) const POOL_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest time of a call once it has a connection. It is longer than the limits in `begin_with_limits.sql`, so
/// that the server gives up first and says why.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// The time without acknowledgement after which a connection counts as broken. A connection that was cut silently, by a
/// freeze of the process or a gateway, must not use up the whole time of a call.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(2);

impl Settings {
    /// Parses a `postgres://` URL, or libpq's `key=value` notation.
    ///
    /// `sslmode=require` verifies the certificate and its name, as libpq's `verify-full` does; `verify-ca` and
    /// `verify-full` are treated as `require`. The default, `prefer`, falls back to plain text.
    ///
    /// # Errors
    /// [`InvalidUrl`] if the text is neither, or names no host.
    pub fn parse(url: &str) -> Result<Self, InvalidUrl> {
        let login = Rotating::new(&Secret::new(url), config)?;
        Ok(Self::new(login, None, Vec::new(), Statements::default()))
    }

    /// Parses the variables of a function, or of another program of this system:
    /// - `DATABASE_URL`, a secret; in every stage but `local` with `sslmode=require`. After the server has refused the
    ///   password, it is read again.
    /// - `DATABASE_IAM_AUTH=true` to sign in with AWS credentials instead of a password.
    /// - `DATABASE_CA_PEM`, certificates as text, or `PGSSLROOTCERT`, a file of them: authorities that are trusted besides
    ///   the public ones and Amazon RDS.
    /// - `DATABASE_STATEMENTS`: `named` to prepare statements on each connection ([`Self::preparing`]), `unnamed` to send
    ///   each as a whole, for proxies that share connections; `auto`, the default, means `unnamed` for the host names of
    ///   RDS Proxy and `named` for others.
    /// - `PGHOSTADDR`, the IP address to connect to instead of the host's own, such as the local end of a tunnel. The
    ///   certificate must still be the host's.
    ///
    /// Returns `None` if a variable is missing or invalid; `parser` then has a problem for each.
    pub fn configured(parser: &mut Parser<'_>) -> Option<Self> {
        let url = parser.secret("DATABASE_URL");
        let iam = iam(parser);
        let pem = parser.optional("DATABASE_CA_PEM", authorities::from_text);
        let file = parser.optional("PGSSLROOTCERT", authorities::from_file);
        let address = parser.optional("PGHOSTADDR", |text| text.parse().map_err(|_| "set an IP address"));
        let statements = parser.optional("DATABASE_STATEMENTS", Statements::parse);
        let (address, tls_only) = (address?, parser.stage() != Some(Stage::Local));
        let login = Rotating::new(&url?, move |url| usable(url, address, tls_only));
        let login = login.map_err(|remedy| parser.problem("DATABASE_URL", remedy)).ok()?;
        let authorities = [pem?, file?].into_iter().flatten().flatten().collect();
        Some(Self::new(login, iam?, authorities, statements?.unwrap_or_default()))
    }

    fn new(
        login: Rotating<Config>,
        iam: Option<AwsSettings>,
        authorities: Vec<CertificateDer<'static>>,
        statements: Statements,
    ) -> Self {
        Self { login, iam, authorities, connections: 1, statements, parts: None }
    }

    /// Sets the largest number of connections at once. The default is one, since a Lambda environment serves one request at
    /// a time.
    #[must_use]
    pub fn with_connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// Sets the parts of the store that are used repeatedly. Their statements are prepared on each connection as soon
    /// as it is open, and every other statement before its first use, unless `DATABASE_STATEMENTS` forbids it. Without
    /// this setting no statement is prepared, and only transactions have time limits, which suits programs that run a
    /// query once.
    #[must_use]
    pub fn preparing(self, parts: &'static [Part]) -> Self {
        Self { parts: Some(parts), ..self }
    }
}

/// The reason why a URL can't be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unusable {
    Invalid,
    PlainText,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid => InvalidUrl.fmt(f),
            Self::PlainText => {
                f.write_str("add sslmode=require: only STAGE=local may talk to the database without TLS")
            }
        }
    }
}

/// Returns the AWS credentials with which to sign in, if `DATABASE_IAM_AUTH` is `true`.
fn iam(parser: &mut Parser<'_>) -> Option<Option<AwsSettings>> {
    let wanted = parser.optional("DATABASE_IAM_AUTH", |text| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("set true or false"),
    });
    if wanted? == Some(true) { AwsSettings::parse(parser).map(Some) } else { Some(None) }
}

fn usable(url: &str, address: Option<IpAddr>, tls_only: bool) -> Result<Config, Unusable> {
    let mut config = config(url).map_err(|InvalidUrl| Unusable::Invalid)?;
    if tls_only && config.get_ssl_mode() != SslMode::Require {
        return Err(Unusable::PlainText);
    }
    // An address in the URL comes first, as with libpq.
    if let (Some(address), []) = (address, config.get_hostaddrs()) {
        config.hostaddr(address);
    }
    Ok(config)
}

fn config(url: &str) -> Result<Config, InvalidUrl> {
    let url = url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
    let mut config: Config = url.parse().map_err(|_| InvalidUrl)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(InvalidUrl);
    }
    if config.get_application_name().is_none() {
        config.application_name("pledge");
    }
    config.connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(UNACKNOWLEDGED_TIMEOUT);
    Ok(config)
}

#[cfg(test)]
mod tests {
    use pledge_runtime::{ConfigError, Environment};

    use super::*;

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
            assert_eq!(settings.login.current().get_ssl_mode(), expected, "{mode}");
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

    fn configured(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let environment: Environment = variables.iter().copied().collect();
        let mut parser = Parser::new(&environment);
        let settings = Settings::configured(&mut parser);
        parser.finish(|| settings)
    }

    #[test]
    fn only_the_local_stage_may_do_without_tls() {
        assert!(configured(&[("STAGE", "local"), ("DATABASE_URL", "postgres://u@db/x")]).is_ok());
        for mode in ["disable", "prefer"] {
            assert_eq!(usable(&format!("postgres://u@db/x?sslmode={mode}"), None, true), Err(Unusable::PlainText));
        }
        for mode in ["require", "verify-full"] {
            assert!(usable(&format!("postgres://u@db/x?sslmode={mode}"), None, true).is_ok());
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let local = [("STAGE", "local"), ("DATABASE_URL", "postgres://u:hunter2@db/x")];
        for (name, value) in [
            ("DATABASE_URL", "mysql://u:hunter2@db/x"),
            ("DATABASE_IAM_AUTH", "yes"),
            ("DATABASE_STATEMENTS", "some"),
            ("DATABASE_CA_PEM", "a certificate"),
            ("PGSSLROOTCERT", "/nowhere"),
            ("PGHOSTADDR", "localhost"),
        ] {
            let error = configured(&[&local[..], &[(name, value)]].concat()).unwrap_err();
            assert_eq!(error.problems()[0].name, name);
            assert!(!error.to_string().contains("hunter2"));
        }
        let iam = configured(&[&local[..], &[("DATABASE_IAM_AUTH", "true")]].concat()).unwrap_err();
        assert_eq!(iam.problems()[0].name, "AWS_REGION");
        assert!(configured(&[&local[..], &[("DATABASE_IAM_AUTH", "false")]].concat()).is_ok());
    }
}
