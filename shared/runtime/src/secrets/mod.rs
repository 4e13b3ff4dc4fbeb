//! Secrets by ARN, which are read together at a cold start, before the configuration is parsed, and again after one was
//! refused.
//!
//! Reading is separate from parsing: [`read_all`] adds the secrets to the [`Environment`], with the errors of those that
//! couldn't be read, and parsing then reports what is missing. [`Rotating`] reads a secret again.

mod late;
mod manager;
mod origin;
mod rotating;

use futures_util::future::join_all;
use pledge_domain::ports::Cause;

pub use late::LateSecret;
pub use manager::SecretsManager;
pub(crate) use origin::Origin;
pub use rotating::Rotating;

use crate::{env::Environment, secret::Secret};

/// The place where secrets are kept.
pub trait Vault: Send + Sync {
    /// Returns the present text of the secret with this ARN, or a [`VaultError`] if it can't be read.
    fn read(&self, arn: &str) -> impl Future<Output = Result<Secret, VaultError>> + Send;
}

/// The failure to read or write a secret.
#[derive(Debug, thiserror::Error)]
#[error("the secret could not be read")]
pub struct VaultError(#[source] pub Cause);

/// Reads every secret that the environment names with a variable `<NAME>_SECRET_ARN`, concurrently, and adds each, or the
/// error of reading it, to the environment.
pub async fn read_all<V: Vault + Clone + 'static>(environment: &mut Environment, vault: &V) {
    let reads = environment.secret_arns().map(|(name, arn)| async { (name.to_owned(), read(name, arn, vault).await) });
    let read = join_all(reads).await;
    environment.add_secrets(read);
}

/// Reads a secret, and returns it with its vault, so that [`Rotating`] can read it again. `name` is its name in the log.
///
/// # Errors
/// [`VaultError`] if it can't be read.
pub async fn read<V: Vault + Clone + 'static>(name: &str, arn: &str, vault: &V) -> Result<Secret, VaultError> {
    Ok(vault.read(arn).await?.read_from(Origin::new(name, arn, vault)))
}
