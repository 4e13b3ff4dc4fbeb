//! Secrets by ARN: read together at a cold start, before the configuration is parsed, and again after one was refused.
//!
//! Reading and parsing are apart. [`read_all`] adds the secrets to the [`Environment`], failures included, and the pure
//! parse then names whatever is missing. [`Rotating`] reads one again.

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

/// Where secrets are kept.
pub trait Vault: Send + Sync {
    /// Reads the present text of a secret.
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
