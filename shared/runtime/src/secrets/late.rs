//! Secrets that most invocations don't need.

use super::{Vault, VaultError, read};
use crate::secret::Secret;

/// A secret that is read when it is first needed, so that no start waits for it.
#[derive(Debug, Clone)]
pub enum LateSecret {
    /// The secret was in the environment, which is allowed in the stage `local`.
    Known(Secret),
    /// The secret is in the vault.
    InVault {
        /// The secret's name in the environment, for the log.
        name: String,
        /// The secret's ARN.
        arn: String,
    },
}

impl LateSecret {
    /// Reads the secret, and returns it without the spaces around it. `check` is applied now and whenever it is read again
    /// ([`super::Rotating`]); its error must say what is wrong and must not quote the secret.
    ///
    /// # Errors
    /// [`VaultError`] if the secret can't be read, or doesn't pass the check.
    pub async fn read<V: Vault + Clone + 'static>(
        &self,
        vault: &V,
        check: impl Fn(&str) -> Result<(), &'static str> + Send + Sync + 'static,
    ) -> Result<Secret, VaultError> {
        let secret = match self {
            Self::Known(secret) => secret.clone(),
            Self::InVault { name, arn } => read(name, arn, vault).await?.trimmed(),
        };
        check(secret.expose()).map_err(|remedy| VaultError(remedy.into()))?;
        Ok(secret.only_if(check))
    }
}
