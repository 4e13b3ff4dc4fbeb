//! Secrets by ARN: read together at a cold start, before the configuration is parsed, and again after one was refused.
//!
//! Reading and parsing are apart. [`read_all`] adds the secrets to the [`Environment`], failures included, and the pure
//! parse then names whatever is missing. [`Rotating`] reads one again.

#[cfg(test)]
mod in_memory;
mod manager;
mod origin;
mod rotating;

use futures_util::future::join_all;
use pledge_domain::ports::Cause;

pub use manager::SecretsManager;
pub(crate) use origin::Origin;
pub use rotating::Rotating;

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
pub async fn read_all<V: Vault + Clone + 'static>(environment: &mut Environment, vault: &V) {
    let reads = environment.secret_arns().map(|(name, arn)| async { (name.to_owned(), read(name, arn, vault).await) });
    let read = join_all(reads).await;
    environment.add_secrets(read);
}

/// Reads a secret. It remembers the vault, so that [`Rotating`] can read it again; `name` is what the log calls it.
///
/// # Errors
/// [`VaultError`] if it can't be read.
pub async fn read<V: Vault + Clone + 'static>(name: &str, arn: &str, vault: &V) -> Result<Secret, VaultError> {
    Ok(vault.read(arn).await?.read_from(Origin::new(name, arn, vault)))
}

#[cfg(test)]
mod tests {
    use super::{in_memory::InMemory, *};
    use crate::{ConfigError, Parser};

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
        read_all(&mut environment, &InMemory::new(&[("arn:db", "postgres://"), ("arn:key", "pk")])).await;
        assert_eq!(parse(&environment).unwrap(), (Secret::new("postgres://"), Secret::new("pk")));

        let mut environment = Environment::from_iter(variables);
        read_all(&mut environment, &InMemory::new(&[("arn:db", "postgres://")])).await;
        let error = parse(&environment).unwrap_err().to_string();
        assert!(error.contains("API_KEY_SECRET_ARN: the secret could not be read: ResourceNotFound"), "{error}");
        assert!(!error.contains("postgres"), "{error}");
    }

    #[tokio::test]
    async fn a_secret_that_was_parsed_can_be_read_again() {
        let vault = InMemory::new(&[("arn:key", "old\n")]);
        let mut environment = Environment::from_iter([("STAGE", "prod"), ("API_KEY_SECRET_ARN", "arn:key")]);
        read_all(&mut environment, &vault).await;
        let secret = Parser::new(&environment).secret("API_KEY").unwrap();
        let rotating = Rotating::new(&secret, |text| Ok::<_, &str>(text.to_owned())).unwrap();
        assert_eq!(*rotating.current(), "old");
        vault.put("arn:key", "new");
        assert!(rotating.renew(&rotating.current()).await);
        assert_eq!(*rotating.current(), "new");
    }

    #[tokio::test]
    async fn a_stripe_key_of_the_other_mode_is_not_taken_over() {
        let vault = InMemory::new(&[("arn:key", "sk_live_1")]);
        let variables = [("STAGE", "prod"), ("STRIPE_SECRET_KEY_SECRET_ARN", "arn:key")];
        let mut environment = Environment::from_iter(variables);
        read_all(&mut environment, &vault).await;
        let secret = Parser::new(&environment).stripe_key("STRIPE_SECRET_KEY").unwrap();
        let rotating = Rotating::new(&secret, |text| Ok::<_, &str>(text.to_owned())).unwrap();
        vault.put("arn:key", "sk_test_1");
        assert!(!rotating.renew(&rotating.current()).await);
    }
}
