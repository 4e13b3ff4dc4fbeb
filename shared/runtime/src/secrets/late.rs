//! A secret that most invocations don't need.

use super::{Vault, VaultError, read};
use crate::secret::Secret;

/// A secret that is read when it is first needed, so that no start waits for it.
#[derive(Debug, Clone)]
pub enum LateSecret {
    /// The secret stood in the environment, as it may in the stage `local`.
    Known(Secret),
    /// The secret is in the vault.
    InVault {
        /// What it is called in the environment.
        name: String,
        /// Where it is.
        arn: String,
    },
}

impl LateSecret {
    /// Reads the secret, without the spaces around it. `check` says what is wrong with a text that can't be the secret,
    /// now and whenever it is read again ([`super::Rotating`]).
    ///
    /// # Errors
    /// [`VaultError`] if it can't be read or doesn't pass.
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
