//! AWS Secrets Manager.

use aws_sdk_secretsmanager::Client;
use aws_types::SdkConfig;

use super::{Vault, VaultError};
use crate::secret::Secret;

/// The secrets of this AWS account.
#[derive(Debug, Clone)]
pub struct SecretsManager {
    client: Client,
}

impl SecretsManager {
    /// Makes a client from the configuration of [`crate::aws::sdk_config`].
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Stores the text of a secret as its newest version
    /// (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html>).
    ///
    /// # Errors
    /// [`VaultError`] if there is no such secret, or we may not write it.
    pub async fn write(&self, arn: &str, secret: &Secret) -> Result<(), VaultError> {
        let request = self.client.put_secret_value().secret_id(arn).secret_string(secret.expose());
        request.send().await.map_err(|error| VaultError(Box::new(error)))?;
        Ok(())
    }

    /// Returns the text of a secret; none if nothing was ever stored in it.
    ///
    /// # Errors
    /// [`VaultError`] if there is no such secret, or we may not read it.
    pub async fn read_if_stored(&self, arn: &str) -> Result<Option<Secret>, VaultError> {
        let described = self.client.describe_secret().secret_id(arn).send().await;
        let described = described.map_err(|error| VaultError(Box::new(error)))?;
        // A secret without a value has no version.
        match described.version_ids_to_stages {
            Some(versions) if !versions.is_empty() => self.read(arn).await.map(Some),
            _ => Ok(None),
        }
    }
}

impl Vault for SecretsManager {
    async fn read(&self, arn: &str) -> Result<Secret, VaultError> {
        let output = self.client.get_secret_value().secret_id(arn).send().await.map_err(|e| VaultError(Box::new(e)))?;
        output.secret_string.map(Secret::new).ok_or_else(|| VaultError("it is binary, not text".into()))
    }
}
