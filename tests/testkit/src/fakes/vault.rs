//! A fake of AWS Secrets Manager.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use pledge_runtime::{
    Secret,
    secrets::{Vault, VaultError},
};

/// Secrets by ARN, and the number of reads. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FakeVault(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    secrets: BTreeMap<&'static str, Secret>,
    reads: usize,
}

impl FakeVault {
    /// Makes a vault with these secrets.
    #[must_use]
    pub fn new<const N: usize>(secrets: [(&'static str, &str); N]) -> Self {
        let vault = Self::default();
        for (arn, text) in secrets {
            vault.put(arn, text);
        }
        vault
    }

    /// Adds a secret, or replaces it.
    pub fn put(&self, arn: &'static str, text: impl Into<String>) {
        self.0.lock().unwrap().secrets.insert(arn, Secret::new(text));
    }

    /// Removes a secret.
    pub fn remove(&self, arn: &str) {
        self.0.lock().unwrap().secrets.remove(arn);
    }

    /// Returns how often a secret was read.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.0.lock().unwrap().reads
    }
}

impl Vault for FakeVault {
    async fn read(&self, arn: &str) -> Result<Secret, VaultError> {
        let mut inner = self.0.lock().unwrap();
        inner.reads += 1;
        inner.secrets.get(arn).cloned().ok_or_else(|| VaultError("ResourceNotFoundException".into()))
    }
}
