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
    /// Makes a client of [`crate::aws::sdk_config`].
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }
}

impl Vault for SecretsManager {
    async fn read(&self, arn: &str) -> Result<Secret, VaultError> {
        let output = self.client.get_secret_value().secret_id(arn).send().await.map_err(|e| VaultError(Box::new(e)))?;
        output.secret_string.map(Secret::new).ok_or_else(|| VaultError("it is binary, not text".into()))
    }
}
