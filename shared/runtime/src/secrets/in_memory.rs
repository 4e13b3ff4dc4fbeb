//! A vault for tests.

#![allow(clippy::unwrap_used, reason = "a helper of tests")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use super::{Vault, VaultError};
use crate::secret::Secret;

#[derive(Clone, Default)]
pub(crate) struct InMemory(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    secrets: BTreeMap<&'static str, &'static str>,
    reads: usize,
}

impl InMemory {
    pub fn new(secrets: &[(&'static str, &'static str)]) -> Self {
        let vault = Self::default();
        for (arn, text) in secrets {
            vault.put(arn, text);
        }
        vault
    }

    pub fn put(&self, arn: &'static str, text: &'static str) {
        self.0.lock().unwrap().secrets.insert(arn, text);
    }

    pub fn remove(&self, arn: &str) {
        self.0.lock().unwrap().secrets.remove(arn);
    }

    pub fn reads(&self) -> usize {
        self.0.lock().unwrap().reads
    }
}

impl Vault for InMemory {
    async fn read(&self, arn: &str) -> Result<Secret, VaultError> {
        let mut inner = self.0.lock().unwrap();
        inner.reads += 1;
        inner.secrets.get(arn).map(|text| Secret::new(*text)).ok_or(VaultError("ResourceNotFoundException".into()))
    }
}
