//! Secrets by ARN: read together at a cold start, before the configuration is parsed.
//!
//! Reading and parsing are apart. [`read_all`] is the only effect: it adds the secrets to the [`Environment`], failures
//! included, and the pure parse then names whatever is missing.

mod manager;

use futures_util::future::join_all;
use pledge_domain::ports::Cause;

pub use manager::SecretsManager;

use crate::{env::Environment, secret::Secret};

/// Where secrets are kept.
pub trait Vault: Send + Sync {
    /// The present text of the secret.
    fn read(&self, arn: &str) -> impl Future<Output = Result<Secret, VaultError>> + Send;
}

/// A secret can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the secret could not be read")]
pub struct VaultError(#[source] pub Cause);

/// Reads every secret that the environment names with a variable `<NAME>_SECRET_ARN`, all at the same time.
pub async fn read_all(environment: &mut Environment, vault: &impl Vault) {
    let reads = environment.secret_arns().map(|(name, arn)| async move { (name.to_owned(), vault.read(arn).await) });
    let read = join_all(reads).await;
    environment.add_secrets(read);
}

/// Where one secret came from, to read it again after the other side has refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSource {
    arn: String,
}

impl SecretSource {
    /// The source of the secret `name`; none if it is a plain variable, which can't change while the process runs.
    #[must_use]
    pub fn of(environment: &Environment, name: &str) -> Option<Self> {
        environment.secret_arn(name).map(|arn| Self { arn: arn.to_owned() })
    }

    /// Reads the secret again. Call it once after an authentication failure: the secret may have been rotated.
    ///
    /// # Errors
    /// [`VaultError`] if it can't be read.
    pub async fn refresh(&self, vault: &impl Vault) -> Result<Secret, VaultError> {
        vault.read(&self.arn).await
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Mutex};

    use super::*;
    use crate::{ConfigError, Parser};

    struct InMemory(Mutex<BTreeMap<&'static str, &'static str>>);

    impl Vault for InMemory {
        async fn read(&self, arn: &str) -> Result<Secret, VaultError> {
            let secrets = self.0.lock().unwrap();
            secrets.get(arn).map(|text| Secret::new(*text)).ok_or(VaultError("ResourceNotFoundException".into()))
        }
    }

    fn vault(secrets: &[(&'static str, &'static str)]) -> InMemory {
        InMemory(Mutex::new(secrets.iter().copied().collect()))
    }

    fn parse(environment: &Environment) -> Result<(Secret, Secret), ConfigError> {
        let mut parser = Parser::new(environment);
        let (database, key) = (parser.secret("DATABASE_URL"), parser.secret("API_KEY"));
        parser.finish(|| Some((database?, key?)))
    }

    #[tokio::test]
    async fn every_named_secret_is_read_and_failures_are_named() {
        let variables = [
            ("STAGE", "prod"),
            ("DATABASE_URL_SECRET_ARN", "arn:db"),
            ("API_KEY_SECRET_ARN", "arn:key"),
            ("OTHER", "x"),
        ];

        let mut environment = Environment::from_iter(variables);
        read_all(&mut environment, &vault(&[("arn:db", "postgres://"), ("arn:key", "pk")])).await;
        assert_eq!(parse(&environment).unwrap(), (Secret::new("postgres://"), Secret::new("pk")));

        let mut environment = Environment::from_iter(variables);
        read_all(&mut environment, &vault(&[("arn:db", "postgres://")])).await;
        let error = parse(&environment).unwrap_err().to_string();
        assert!(error.contains("API_KEY_SECRET_ARN: the secret could not be read: ResourceNotFound"), "{error}");
        assert!(!error.contains("postgres"), "{error}");
    }

    #[tokio::test]
    async fn a_rotated_secret_can_be_read_again() {
        let vault = vault(&[("arn:key", "old")]);
        let environment = Environment::from_iter([("API_KEY_SECRET_ARN", "arn:key"), ("PLAIN", "x")]);
        let source = SecretSource::of(&environment, "API_KEY").unwrap();
        assert_eq!(SecretSource::of(&environment, "PLAIN"), None);

        vault.0.lock().unwrap().insert("arn:key", "new");
        assert_eq!(source.refresh(&vault).await.unwrap(), Secret::new("new"));
    }
}
