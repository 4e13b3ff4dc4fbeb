//! The origin of a secret, from which it can be read again.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{Vault, VaultError};
use crate::secret::Secret;

type Read = dyn Fn() -> BoxFuture<'static, Result<Secret, VaultError>> + Send + Sync;

/// The origin of a secret.
#[derive(Clone)]
pub(crate) struct Origin {
    name: String,
    read: Arc<Read>,
}

impl Origin {
    /// Makes the origin of the secret `name`, which is in the vault under this ARN.
    pub(super) fn new<V: Vault + Clone + 'static>(name: &str, arn: &str, vault: &V) -> Self {
        let (arn, vault) = (arn.to_owned(), vault.clone());
        let read = move || -> BoxFuture<'static, Result<Secret, VaultError>> {
            let (arn, vault) = (arn.clone(), vault.clone());
            Box::pin(async move { vault.read(&arn).await })
        };
        Self { name: name.to_owned(), read: Arc::new(read) }
    }

    /// Returns the origin with a check. A text that doesn't pass it counts as unreadable.
    pub(crate) fn only_if(self, check: impl Fn(&str) -> Result<(), &'static str> + Send + Sync + 'static) -> Self {
        let check = Arc::new(check);
        let inner = self.read;
        let read = move || -> BoxFuture<'static, Result<Secret, VaultError>> {
            let (check, read) = (Arc::clone(&check), inner());
            Box::pin(async move {
                let secret = read.await?;
                check(secret.expose().trim()).map_err(|remedy| VaultError(remedy.into()))?;
                Ok(secret)
            })
        };
        Self { name: self.name, read: Arc::new(read) }
    }

    /// Returns the secret's name in the environment.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Reads the secret again, and returns it without the spaces around it.
    pub(super) async fn read(&self) -> Result<Secret, VaultError> {
        Ok((self.read)().await?.trimmed())
    }
}
